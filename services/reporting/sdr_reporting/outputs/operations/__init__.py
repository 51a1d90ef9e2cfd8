"""The use cases of what goes out."""
