"""Reporting counts what happened, each event once."""
