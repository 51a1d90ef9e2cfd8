"""Scoring's clients of other services."""
