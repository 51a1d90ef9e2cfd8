"""Routing decides who gets a lead and carries out every write to Chatwoot, each exactly once."""
