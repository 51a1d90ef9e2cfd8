"""Dialogue's clients: language models, and reporting."""
