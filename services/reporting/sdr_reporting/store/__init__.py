"""Reporting's ports over Postgres."""
