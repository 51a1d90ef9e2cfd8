"""HTTP to Chatwoot: one pool per process, paced per host, every failure as one of three errors."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

import msgspec
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from sdr_common.address_guard import AddressForbidden, AddressGuard
from sdr_common.chatwoot.errors import ChatwootDenied, ChatwootRefused, ChatwootUnavailable
from sdr_common.chatwoot.limiter import TokenBucket
from sdr_common.metrics import METER
from sdr_common.telemetry import TRACER

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T")

_DURATION = METER.create_histogram(
    "http.client.request.duration",
    ("http.request.method", "url.template", "http.response.status_code"),
    unit="s",
    description="Time of a request to Chatwoot; status 0: no answer.",
)
_TEXT_LIMIT = 200
_KEPT_OPEN_S = 4.0
"""How long an idle connection is kept: below the 5 s after which common servers close theirs, since a message that
is sent into a closing connection has an unknown outcome."""


@dataclass(frozen=True, slots=True)
class ChatwootOptions:
    """Times and limits towards Chatwoot."""

    connect_timeout_s: float = 5.0
    """Longest wait for a connection."""
    read_timeout_s: float = 20.0
    """Longest wait for an answer; above the 15 s after which Chatwoot itself gives a request up."""
    requests_per_minute: int = 2400
    """Per host and process; Chatwoot's own limit is 3,000 per address."""
    max_connections: int = 100
    """Open connections at most."""
    guard: AddressGuard | None = None
    """Whom we may connect to; None: anybody."""
    client: str = "chatwoot-sdr"
    """What the process calls itself in User-Agent; its process id is added."""


class ChatwootHttp:
    """The process's connections to all Chatwoots; opened on first use, closed by `aclose`.

    Args:
        options: Times and limits.
        tracer: Where a span per request goes.
    """

    def __init__(self, options: ChatwootOptions | None = None, *, tracer: Tracer = TRACER) -> None:
        self.options = options or ChatwootOptions()
        self._tracer = tracer
        self._session: aiohttp.ClientSession | None = None
        self._buckets: dict[str, TokenBucket] = {}

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def pace(self, base_url: str) -> float:
        """Waits until the host may be asked again.

        Returns:
            How long it waited, in seconds.
        """
        return await self._bucket(base_url).take()

    async def send(
        self,
        method: str,
        base_url: str,
        template: str,
        path: str,
        *,
        token: str | None,
        query: dict[str, str | int] | None = None,
        body: object = None,
        paced: bool = False,
    ) -> bytes:
        """Sends one request.

        Args:
            method: HTTP method.
            base_url: Scheme and host.
            template: The path with names in braces; what traces show.
            path: The path itself.
            token: Sent as `api_access_token`; None: sent without.
            query: URL parameters.
            body: Sent as JSON; None: no body.
            paced: The caller has waited for `pace` already.

        Returns:
            The body of a 2xx answer.

        Raises:
            ChatwootUnavailable: no answer, 5xx, 429.
            ChatwootDenied: 401, 403.
            ChatwootRefused: any other 3xx or 4xx.
        """
        self._check_address(base_url)
        if not paced:
            await self.pace(base_url)
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "server.address": urlsplit(base_url).hostname or "",
            "url.template": template,
        }
        with self._tracer.start_as_current_span(
            f"{method} {template}",
            kind=SpanKind.CLIENT,
            attributes=attributes,
            # What Chatwoot answers may quote what somebody wrote.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            answer = await self._measured(
                span, method, base_url, template, path=path, token=token, query=query, body=body
            )
            span.set_attribute("http.response.status_code", answer.status)
            if answer.status >= 300:
                span.set_attribute("error.type", str(answer.status))
                span.set_status(Status(StatusCode.ERROR))
                _raise_for(method, answer)
            return answer.content

    def _check_address(self, base_url: str) -> None:
        if self.options.guard is None:
            return
        try:
            self.options.guard.check_literal(urlsplit(base_url).hostname or "")
        except AddressForbidden as error:
            raise ChatwootUnavailable(error.problem, ambiguous=False) from error

    async def _measured(
        self,
        span: Span,
        method: str,
        base_url: str,
        template: str,
        *,
        path: str,
        token: str | None,
        query: dict[str, str | int] | None,
        body: object,
    ) -> _Answer:
        """One exchange, whose outcome the host's pace and the metrics are told."""
        bucket = self._bucket(base_url)
        started, status = time.monotonic(), 0
        try:
            answer = await self._exchange(span, method, base_url + path, token=token, query=query, body=body)
            status = answer.status
        except ChatwootUnavailable:
            bucket.failed()
            raise
        finally:
            measured: dict[str, str | int] = {
                "http.request.method": method,
                "url.template": template,
                "http.response.status_code": status,
            }
            _DURATION.record(time.monotonic() - started, measured)
        if answer.status >= 500 or answer.status == 429:
            bucket.failed()
        else:
            bucket.succeeded()
        return answer

    def _bucket(self, base_url: str) -> TokenBucket:
        host = urlsplit(base_url).netloc
        bucket = self._buckets.get(host)
        if bucket is None:
            bucket = self._buckets[host] = TokenBucket(self.options.requests_per_minute)
        return bucket

    async def _exchange(
        self,
        span: Span,
        method: str,
        url: str,
        *,
        token: str | None,
        query: dict[str, str | int] | None,
        body: object,
    ) -> _Answer:
        # Imported on first use: a process that never talks to Chatwoot need not hold it in memory.
        import aiohttp  # noqa: PLC0415  (as above)

        headers = {"accept": "application/json"}
        content: bytes | None = None
        if body is not None:
            headers["content-type"] = "application/json"
            content = msgspec.json.encode(body)
        if token is not None:
            headers["api_access_token"] = token
        try:
            async with self._open().request(
                method, url, params=query, headers=headers, data=content, allow_redirects=False
            ) as response:
                return _Answer(response.status, response.headers.get("retry-after", ""), await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise _unreachable(span, error, ambiguous=False) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _unreachable(span, error, ambiguous=method == "POST") from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp  # noqa: PLC0415  (on first use)

            options = self.options
            self._session = aiohttp.ClientSession(
                headers={"user-agent": f"{options.client} (pid {os.getpid()})"},
                connector=(
                    aiohttp.TCPConnector(limit=options.max_connections, keepalive_timeout=_KEPT_OPEN_S)
                    if options.guard is None
                    else options.guard.connector(limit=options.max_connections, keepalive_timeout=_KEPT_OPEN_S)
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=options.connect_timeout_s + options.read_timeout_s,
                    connect=options.connect_timeout_s,
                    sock_read=options.read_timeout_s,
                ),
                # It reads the environment anew for every request; without a proxy there that is for nothing.
                trust_env=bool(getproxies()),
            )
        return self._session


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back."""

    status: int
    retry_after: str
    """The header; empty without one."""
    content: bytes


def decode(content: bytes, kind: type[T]) -> T:
    """Reads an answer.

    Raises:
        ChatwootUnavailable: it has another shape, such as a proxy's page.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise ChatwootUnavailable(f"the answer cannot be read as {kind.__name__}", ambiguous=True) from error


def _unreachable(span: Span, error: Exception, *, ambiguous: bool) -> ChatwootUnavailable:
    name = type(error).__name__
    span.set_attribute("error.type", name)
    span.set_status(Status(StatusCode.ERROR))
    return ChatwootUnavailable(f"no answer ({name})", ambiguous=ambiguous)


def _raise_for(method: str, answer: _Answer) -> None:
    status = answer.status
    if status == 429:
        raise ChatwootUnavailable("too many requests", status=status, retry_after_s=_retry_after_s(answer))
    if status >= 500:
        raise ChatwootUnavailable(
            f"it answered {status}", ambiguous=method == "POST", status=status, retry_after_s=_retry_after_s(answer)
        )
    if status in {401, 403}:
        raise ChatwootDenied(_problem(answer), status=status)
    raise ChatwootRefused(_problem(answer), status=status)


def _retry_after_s(answer: _Answer) -> float | None:
    """Seconds to wait, at most an hour; the date form of the header is not used by Chatwoot's limiter."""
    return min(float(answer.retry_after), 3600.0) if answer.retry_after.isdigit() else None


def _problem(answer: _Answer) -> str:
    """Chatwoot's own words, which stand under `error`, `message` or `errors`."""
    try:
        body = msgspec.json.decode(answer.content)
    except msgspec.MsgspecError:
        return f"status {answer.status}"
    text: object = None
    if isinstance(body, dict):
        text = body.get("error") or body.get("message") or body.get("errors")
    if isinstance(text, list):
        text = "; ".join(str(part) for part in text)
    line = " ".join(str(text or "").split())[:_TEXT_LIMIT]
    return line or f"status {answer.status}"
