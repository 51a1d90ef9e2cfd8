"""Scoring turns what is known of a lead into points, a temperature and a next step, and explains each point."""
