"""How well an engine understands and talks, measured on invented leads: `python -m tests.evaluation`."""
