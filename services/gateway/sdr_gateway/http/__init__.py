"""The HTTP edge: the webhook door and the probes."""
