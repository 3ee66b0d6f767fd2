"""Commands of this ward."""
