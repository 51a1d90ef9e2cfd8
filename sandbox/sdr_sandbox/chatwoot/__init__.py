"""An emulated Chatwoot v4.15: its REST API, public inbox API, webhooks and traps, held in memory.

`create_app` gives the web application, `SandboxChatwoot` the state machine behind it; `python -m
sdr_sandbox.chatwoot` serves both together with two pages: the lead's phone and the closer's inbox.
"""

from sdr_sandbox.chatwoot.core import SandboxChatwoot
from sdr_sandbox.chatwoot.http.app import create_app
from sdr_sandbox.chatwoot.settings import ChatwootSettings

__all__ = ["ChatwootSettings", "SandboxChatwoot", "create_app"]
