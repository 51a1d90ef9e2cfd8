"""How long HTTP requests take and how they end, by route."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdr_common.metrics import METER

_DURATION = METER.create_histogram(
    "http.server.request.duration",
    ("http.request.method", "http.route", "http.response.status_code"),
    unit="s",
    description="Time to answer an HTTP request, by the route's template.",
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_NO_ROUTE = "none"


class Measured:
    """A web application, measured.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        """What is measured."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; its body's end is its end, and a request that ends without an answer counts as 499."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.monotonic(), 499

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        except Exception:
            status = 500
            raise
        finally:
            method = scope["method"]
            measured = {
                "http.request.method": method if method in _METHODS else "other",
                "http.route": _route_of(scope),
                "http.response.status_code": status,
            }
            _DURATION.record(time.monotonic() - started, measured)


def _route_of(scope: Scope) -> str:
    """The template of the route that answered; never the path, which strangers choose."""
    template: str = getattr(scope.get("route"), "path_format", "") or getattr(scope.get("route"), "path", "")
    return template or _NO_ROUTE
