"""Emulated OpenAI, Anthropic and Google: their real wire formats, scripted, able to misbehave on request."""
