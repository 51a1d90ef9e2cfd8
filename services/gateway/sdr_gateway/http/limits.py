"""What one person or program may ask in a minute, told in every answer.

The headers are those of the IETF's draft "RateLimit header fields for HTTP": `RateLimit-Policy` says the limit,
`RateLimit` what is left (`r`) and in how many seconds all of it is back (`t`).
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

from limits import RateLimitItemPerMinute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdr_common.rate_limits import RateLimits
from sdr_common.source_gate import RateLimited
from sdr_gateway.http.who import Who

_STATE = "rate_limit"
Take = Callable[[Scope, Who], Awaitable[None]]


class CallerLimits:
    """Counts what callers ask.

    Args:
        limits: Where processes count together.
        per_minute: What one session or token may ask in a minute; 0: anything.
    """

    def __init__(self, limits: RateLimits, per_minute: int) -> None:
        self._limits = limits
        self._per_minute = per_minute

    async def take(self, scope: Scope, who: Who) -> None:
        """Counts one request, and leaves what is left for its answer.

        Raises:
            RateLimited: the caller asked too much.
        """
        if not self._per_minute:
            return
        limit, key = RateLimitItemPerMinute(self._per_minute), (str(who.account_id), who.actor)
        within = await self._limits.allows(limit, *key)
        left, back_s = await self._limits.state(limit, *key)
        scope.setdefault("state", {})[_STATE] = (
            f'"minute";q={self._per_minute};w=60',
            f'"minute";r={left if within else 0};t={math.ceil(back_s)}',
        )
        if not within:
            raise RateLimited(self._per_minute)


class RateLimitHeaders:
    """Adds to answers what their callers have left.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def told(message: Message) -> None:
            known = scope.get("state", {}).get(_STATE) if message["type"] == "http.response.start" else None
            if known is not None:
                policy, left = known
                headers = [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        await self._app(scope, receive, told if scope["type"] == "http" else send)
