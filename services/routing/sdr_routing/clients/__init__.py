"""Routing's client of Chatwoot."""
