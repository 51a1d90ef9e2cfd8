"""Redis for what may be lost: caches, limits, live fan-out. Nothing needs it, and losing it loses no work.

    redis = LossyRedis(settings.redis_url)                     # one per process; None: there is no Redis
    known = await redis.ask(lambda client: client.get(key), otherwise=None, operation="GET")
    await redis.aclose()

What fails or takes long is answered with `otherwise`, at once and for the next seconds without asking,
so that a Redis that is gone costs one short wait and never a call. Rate limits with a local fallback
stand in `sdr_common.rate_limits`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import structlog
from opentelemetry import trace

from sdr_common.metrics import METER
from sdr_common.telemetry import TRACER, is_detail_wanted, now_ns

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool, Redis

T = TypeVar("T")
Else = TypeVar("Else")

_LOG = structlog.get_logger()
_ERRORS = METER.create_counter(
    "sdr.redis.errors", ("error.type",), description="Questions to Redis that failed; work goes on without the answer."
)


class LossyRedis:
    """One process's Redis, or none.

    Args:
        url: `redis://…`; None or empty: there is none, and everything is answered with `otherwise`.
        timeout_s: Longest wait for a connection, and for an answer.
        rest_s: For so long after a failure nothing is asked.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        url: str | None,
        *,
        timeout_s: float = 0.2,
        rest_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url or ""
        self._timeout_s = timeout_s
        self._rest_s = rest_s
        self._clock = clock
        self._client: Redis | None = None
        self._resting_until = float("-inf")
        self._lost = False

    @property
    def url(self) -> str:
        """Its address; empty: there is none."""
        return self._url

    @property
    def usable(self) -> bool:
        """Whether it would be asked now; what a live view says to its reader."""
        return bool(self._url) and self._clock() >= self._resting_until

    @property
    def pool(self) -> ConnectionPool:
        """Its connections, for a library that makes its own client.

        Raises:
            RuntimeError: there is no Redis.
        """
        return self._open().connection_pool

    async def ask(self, act: Callable[[Redis], Awaitable[T]], *, otherwise: Else, operation: str = "ask") -> T | Else:
        """What Redis says, or `otherwise` where it is gone, slow or absent.

        Args:
            act: Asks it; may be cut short, so it must be harmless to lose.
            otherwise: The answer without it.
            operation: What traces call it: a command, or a word for several.
        """
        if not self.usable:
            return otherwise
        from redis.exceptions import RedisError  # noqa: PLC0415  (a process without Redis need not load it)

        started_ns, fault = now_ns(), ""
        try:
            answer = await act(self._open())
        except (RedisError, OSError, TimeoutError) as error:
            fault = type(error).__name__
            self._failed(error)
            return otherwise
        finally:
            if is_detail_wanted(started_ns, failed=bool(fault)):
                _trace(operation, started_ns, fault)
        self._answered()
        return answer

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _open(self) -> Redis:
        if not self._url:
            raise RuntimeError("there is no Redis: ask `usable` first")
        if self._client is None:
            from redis.asyncio import Redis  # noqa: PLC0415  (on first use)
            from redis.asyncio.retry import Retry  # noqa: PLC0415  (as above)
            from redis.backoff import NoBackoff  # noqa: PLC0415  (as above)

            self._client = Redis.from_url(
                self._url,
                socket_timeout=self._timeout_s,
                socket_connect_timeout=self._timeout_s,
                # A second try within a call would only double the wait; the next call is the second try.
                retry=Retry(NoBackoff(), 0),
            )
        return self._client

    def _failed(self, error: Exception) -> None:
        self._resting_until = self._clock() + self._rest_s
        _ERRORS.add(1, {"error.type": type(error).__name__})
        if not self._lost:
            _LOG.warning("redis_lost", problem=type(error).__name__)
        self._lost = True

    def _answered(self) -> None:
        if self._lost:
            _LOG.info("redis_returned")
        self._lost = False


def _trace(operation: str, started_ns: int, fault: str) -> None:
    attributes = {"db.system.name": "redis", "db.operation.name": operation}
    span = TRACER.start_span(
        f"redis {operation}", kind=trace.SpanKind.CLIENT, start_time=started_ns, attributes=attributes
    )
    if fault:
        span.set_attribute("error.type", fault)
        span.set_status(trace.StatusCode.ERROR)
    span.end()
