"""The ways out: mail, HTTP, Google, and the printer of pages."""
