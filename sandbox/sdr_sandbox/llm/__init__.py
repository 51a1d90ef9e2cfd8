"""An emulated OpenAI: chat completions in the real wire format, scripted, able to misbehave on request."""
