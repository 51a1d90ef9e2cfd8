"""Dialogue decides what is said to a lead, and what was understood of what it said."""
