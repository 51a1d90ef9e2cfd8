"""The operators' port of a process: `/metrics` for Prometheus, `/log-levels` for people.

Plain HTTP, for loopback or a cluster's inside.

It runs in a thread of its own, so that a process whose event loop is stuck can still be looked at.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec
import structlog
from pydantic import SecretStr

from sdr_common.errors import InvalidField
from sdr_common.log_levels import LogLevels, OperatorNotAllowed
from sdr_common.metrics import METER
from sdr_common.postgres import Pool
from sdr_common.sampling import Sampler, Sampling, watch_pool

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_LOG = structlog.get_logger()
_PATIENCE_S = 5.0
"""For so long a scrape waits for fresh values; then it gets the last ones."""
_BODY_LIMIT = 10_000
_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class OpsSettings(Protocol):
    """What is needed of a service's settings."""

    @property
    def ops_host(self) -> str:
        """Address to bind to."""
        ...

    @property
    def ops_port(self) -> int:
        """Port; 0: any free one; -1: none."""
        ...

    @property
    def ops_token(self) -> SecretStr:
        """Who knows it may change what is logged; empty: nobody may."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: str
    body: bytes
    media_type: str = _TEXT


class _Change(msgspec.Struct, forbid_unknown_fields=True):
    levels: dict[str, str]
    minutes: float = 15.0


class OpsServer:
    """Serves operators until closed.

    Args:
        host: Address to bind to.
        port: Port to bind to; 0: any free one.
        refresh: Brings what is sampled up to date before a scrape; called in the loop that makes the server.
        token: Who knows it may change what is logged; empty: nobody may.

    Raises:
        SystemExit: the port is taken; one sentence says so.
    """

    def __init__(self, host: str, port: int, refresh: Callable[[], Awaitable[None]], token: str = "") -> None:
        # Imported here: a process without this port need not load a web server.
        from wsgiref.simple_server import WSGIRequestHandler, make_server  # noqa: PLC0415

        from prometheus_client.exposition import ThreadingWSGIServer  # noqa: PLC0415

        class Quiet(WSGIRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base's name)
                """Scrapes are no news."""

        self._refresh = refresh
        self._levels = LogLevels(token)
        self._loop = asyncio.get_running_loop()
        try:
            self._server = make_server(host, port, self._serve, ThreadingWSGIServer, Quiet)
        except OSError as error:
            raise SystemExit(f"port {port} on {host} for operators cannot be had ({error.strerror})") from None
        self.port = int(self._server.server_port)
        """Where it listens."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="ops", daemon=True
        )
        self._thread.start()

    async def aclose(self) -> None:
        """Ends it."""
        self._levels.close()
        await asyncio.to_thread(self._server.shutdown)
        self._server.server_close()

    def _serve(self, environment: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environment)
        headers = [("Content-Type", answer.media_type), ("Content-Length", str(len(answer.body)))]
        start(answer.status, [*headers, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")])
        return [answer.body]

    def _answer(self, environment: WSGIEnvironment) -> Answer:
        if environment["PATH_INFO"] == "/log-levels":
            return self._log_levels(environment)
        if environment["PATH_INFO"] != "/metrics":
            return Answer("404 Not Found", b"There are /metrics and /log-levels.\n")
        if environment["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return Answer("405 Method Not Allowed", b"Metrics are read by GET.\n")
        self._freshen()
        return Answer("200 OK", METER.exposition(), _PROMETHEUS)

    def _log_levels(self, environment: WSGIEnvironment) -> Answer:
        """GET: what is set; PUT {"levels": {"MODULE": "LEVEL"}, "minutes": 15}: sets it for so long."""
        try:
            self._levels.check(environment.get("HTTP_AUTHORIZATION", ""))
            if environment["REQUEST_METHOD"] != "PUT":
                return Answer("200 OK", msgspec.json.encode(self._levels.current()), _JSON)
            length = min(int(environment.get("CONTENT_LENGTH") or 0), _BODY_LIMIT)
            change = msgspec.json.decode(environment["wsgi.input"].read(length), type=_Change)
            return Answer("200 OK", msgspec.json.encode(self._levels.change(change.levels, change.minutes)), _JSON)
        except OperatorNotAllowed as error:
            return Answer("403 Forbidden", f"{error}\n".encode())
        except InvalidField as error:
            return Answer("400 Bad Request", f"{error.message}\n".encode())
        except (msgspec.MsgspecError, ValueError):
            return Answer("400 Bad Request", b'the body must be {"levels": {"MODULE": "LEVEL"}, "minutes": 15}\n')

    def _freshen(self) -> None:
        waiting = asyncio.run_coroutine_threadsafe(_awaited(self._refresh), self._loop)
        try:
            waiting.result(_PATIENCE_S)
        except TimeoutError:
            waiting.cancel()
            _LOG.warning("scrape_answered_without_fresh_values", waited_s=_PATIENCE_S)


async def _awaited(refresh: Callable[[], Awaitable[None]]) -> None:
    await refresh()


async def serve_operators(
    settings: OpsSettings, stack: AsyncExitStack, pool: Pool, samplers: Iterable[Sampler] = ()
) -> OpsServer | None:
    """Starts a process's port for operators, if it has one.

    Args:
        settings: The service's.
        stack: Ends it.
        pool: The process's pool, which is shown too.
        samplers: What is looked at when somebody scrapes.
    """
    if settings.ops_port < 0:
        return None
    token = settings.ops_token.get_secret_value()
    server = OpsServer(settings.ops_host, settings.ops_port, Sampling(pool, samplers).refresh, token)
    stack.push_async_callback(server.aclose)
    stack.callback(watch_pool(pool))
    _LOG.info("operators_served", port=server.port)
    return server
