"""Pure rules of gateway."""
