"""Adapters to the other services and to Chatwoot."""
