"""What changed, told to open panels: ids and words of ours in a Redis stream per account, kept for a short while.

    live = LiveEvents(LossyRedis(settings.redis_url))
    await live.publish([LiveEvent(7, "lead_qualified", {"contact_id": "77", "score": 95})])

It is told after the commit that it tells of, so that whoever asks anew sees it. Losing one loses nothing: panels ask
again when they connect. Nothing here names a person or holds what anybody said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sdr_common.lossy_redis import LossyRedis

if TYPE_CHECKING:
    from redis.asyncio import Redis

CHANNEL: Final = "sdr:live"
"""Where every gateway process hears that an account has news; the message is the account's id."""
KEPT: Final = 1000
"""Events that an account's stream holds, about."""
_KEPT_S: Final = 86_400
"""Seconds after its last event in which a stream goes."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One change."""

    account_id: int
    kind: str
    """A word such as lead_qualified."""
    detail: Mapping[str, str | int] = field(default_factory=dict)
    """Ids as text, numbers and words of ours."""

    @property
    def body(self) -> str:
        """As a panel reads it."""
        return json.dumps({"kind": self.kind, **self.detail}, separators=(",", ":"))


def stream_key(account_id: int) -> str:
    """The key of an account's stream; its entries have `kind` and `body`."""
    return f"sdr:live:{account_id}"


class LiveEvents:
    """Tells changes.

    Args:
        redis: Where they go; without one nothing is told.
    """

    def __init__(self, redis: LossyRedis) -> None:
        self._redis = redis

    async def publish(self, events: Sequence[LiveEvent]) -> None:
        """Tells changes whose transaction is committed; what Redis does not take is lost, and nothing else."""
        if not events:
            return

        async def put(client: Redis) -> None:
            async with client.pipeline(transaction=False) as pipe:
                for event in events:
                    entry: dict[str | bytes, str | bytes] = {"kind": event.kind, "body": event.body}
                    pipe.xadd(stream_key(event.account_id), entry, maxlen=KEPT, approximate=True)  # type: ignore[arg-type]  # its dict is invariant
                for account_id in {event.account_id for event in events}:
                    pipe.expire(stream_key(account_id), _KEPT_S)
                    pipe.publish(CHANNEL, str(account_id))
                await pipe.execute()

        await self._redis.ask(put, otherwise=None, operation="XADD")
