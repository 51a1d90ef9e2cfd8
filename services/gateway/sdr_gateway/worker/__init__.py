"""The turn workers."""
