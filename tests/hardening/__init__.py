"""Attempts to get past the portal, over everything that it offers."""
