"""The gateway takes every message in, answers each burst once, and holds the accounts."""
