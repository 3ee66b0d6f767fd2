"""Days in Spanish."""
