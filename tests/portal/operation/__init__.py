"""Tests of how the portal says how it does."""
