"""Campaigns: many faults, a recorded history, one checker. Each prints its seed and its figures.

A short slice of each runs in the suite; the long form by hand, `python -m tests.campaigns.<name>`.
"""
