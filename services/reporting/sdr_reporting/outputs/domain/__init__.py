"""The rules of what goes out, pure."""
