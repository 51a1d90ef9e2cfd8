"""Pure rules of routing."""
