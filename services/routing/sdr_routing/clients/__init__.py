"""Routing's clients: Chatwoot, and reporting."""
