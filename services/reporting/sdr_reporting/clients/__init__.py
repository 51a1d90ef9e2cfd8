"""Ports over libraries and other systems."""
