"""Everything outside the product that a developer, a demonstration or a test needs to run it offline.

`sdr_sandbox.chatwoot` is an emulated Chatwoot with a lead's phone and a closer's inbox; it imports nothing of the
product, so that it can judge it.
"""
