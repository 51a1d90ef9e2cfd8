"""Postgres behind the ports of dialogue."""
