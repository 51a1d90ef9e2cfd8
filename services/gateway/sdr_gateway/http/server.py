"""The web application and the server that carries it."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Router
from starlette.types import ASGIApp

from sdr_common.errors import DomainError
from sdr_gateway.http.api import add_api
from sdr_gateway.http.docs import docs_route
from sdr_gateway.http.health import Check, health_routes
from sdr_gateway.http.limits import RateLimitHeaders
from sdr_gateway.http.measured import Measured
from sdr_gateway.http.panel import panel_routes
from sdr_gateway.http.postman import postman_route
from sdr_gateway.http.problem import Refusal, on_domain_error, on_http_error, on_refusal
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.session import Sessions
from sdr_gateway.http.webhook import ChatwootWebhook


def make_app(
    webhook: ChatwootWebhook | None,
    checks: Mapping[str, Check],
    api: tuple[Sessions, RestApi] | None = None,
    routers: Sequence[APIRouter] = (),
    frame_ancestors: str = "",
) -> ASGIApp:
    """The web application: the door in front, without the framework's layers, and all else behind it.

    Args:
        webhook: The door; None: this process has only probes.
        checks: What readiness depends on.
        api: What people and programs call; None: this process has none.
        routers: More of it that no contract describes.
        frame_ancestors: Origins that may show the panel in a frame; empty: none.
    """
    app = FastAPI(
        title="Chatwoot SDR: gateway",
        description="Webhooks do Chatwoot entram por POST /webhooks/chatwoot/{conta}, assinados com HMAC-SHA256.",
        version="1",
        docs_url=None,
        redoc_url=None,
    )
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(DomainError, on_domain_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.include_router(health_routes(checks, has_panel=api is not None))
    if api is not None:
        add_api(app, *api, routers)
        app.router.routes.extend(panel_routes(frame_ancestors=frame_ancestors or "'none'"))
    app.router.routes.extend([docs_route(app), postman_route(app)])
    app.add_middleware(RateLimitHeaders)
    if webhook is None:
        return Measured(app)
    # Nearly every request is a webhook, and the door answers its own errors.
    return Measured(Router([*webhook.routes(), Mount("/", app)]))


def bind(host: str, port: int) -> socket.socket:
    """Binds the web server's socket.

    It says that it speaks TCP: asyncio sends small writes at once on such sockets alone, and elsewhere an answer of two
    writes waits 40 ms for the client's delayed acknowledgement of the first.

    Raises:
        SystemExit: the port is taken; one sentence says so.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise SystemExit(
            f"gateway: port {port} on {host} cannot be had ({error.strerror}); "
            "stop what uses it or set SDR_GATEWAY_HTTP_PORT"
        ) from None
    return listener


class WebServer(uvicorn.Server):
    """uvicorn inside our own loop: signals are ours, `should_exit` ends it.

    Args:
        app: The web application.
        drain_s: Seconds that running requests get to finish.
    """

    def __init__(self, app: ASGIApp, *, drain_s: float) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(1, int(drain_s)),
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the process."""
        yield
