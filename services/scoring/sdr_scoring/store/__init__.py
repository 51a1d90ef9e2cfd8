"""Scoring's ports over Postgres."""
