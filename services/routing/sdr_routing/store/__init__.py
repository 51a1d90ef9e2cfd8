"""Routing's ports over Postgres."""
