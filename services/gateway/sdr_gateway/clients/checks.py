"""What `/status` looks at: the database, Redis, Chatwoot, WAHA, and how late things are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from sdr_common.errors import DomainError, StoreUnavailable
from sdr_common.lossy_redis import LossyRedis
from sdr_common.mailbox import Mailbox
from sdr_gateway.clients.metrics import SweepAges
from sdr_gateway.operations.status import Check, Finding

_CHATWOOTS = 5
"""Chatwoots that are asked; an installation of more accounts has probes of its own for each."""
_LATE_S = 120.0
_SWEEP_LATE_S = 600.0
_TIMEOUT_S = 2.5


class Chatwoots(Protocol):
    """Addresses of connected Chatwoots."""

    async def chatwoot_urls(self, limit: int) -> Sequence[str]:
        """Different ones, so many at most."""
        ...


class Versions(Protocol):
    """Asks a Chatwoot who it is."""

    async def version(self, chatwoot_url: str) -> str:
        """Its version.

        Raises:
            ChatwootUnavailable: it does not answer.
        """
        ...


def waiting(mailbox: Mailbox) -> Check:
    """Whether a lead waits for long."""

    async def check() -> Finding:
        try:
            oldest_s = (await mailbox.depth()).unanswered_s
        except StoreUnavailable:
            return Finding(ok=False, detail="unknown")
        return Finding(oldest_s < _LATE_S, f"oldest for {oldest_s:.0f} s")

    return check


def sweep(ages: SweepAges) -> Check:
    """Whether every Chatwoot was looked through of late."""

    async def check() -> Finding:
        try:
            oldest_s = await ages.oldest_s()
        except StoreUnavailable:
            return Finding(ok=False, detail="unknown")
        return Finding(oldest_s < _SWEEP_LATE_S, f"oldest {oldest_s:.0f} s ago")

    return check


def redis(client: LossyRedis) -> Check:
    """Whether Redis answers; without one all is well too."""

    async def check() -> Finding:
        if not client.url:
            return Finding(ok=True, detail="none is set up")
        answered = await client.ask(lambda found: found.dbsize(), otherwise=None)
        return Finding(answered is not None, "answers" if answered is not None else "does not answer")

    return check


def chatwoot(accounts: Chatwoots, versions: Versions) -> Check:
    """Whether the connected Chatwoots answer."""

    async def reached(url: str) -> bool:
        try:
            await versions.version(url)
        except DomainError:
            return False
        return True

    async def check() -> Finding:
        try:
            urls = await accounts.chatwoot_urls(_CHATWOOTS)
        except StoreUnavailable:
            return Finding(ok=False, detail="unknown")
        answers = await asyncio.gather(*(reached(url) for url in urls))
        return Finding(all(answers), f"{sum(answers)} of {len(answers)} answer")

    return check


def waha(session_url: str, api_key: str) -> Check:
    """Whether the WhatsApp session works.

    Args:
        session_url: WAHA's `/api/sessions/NAME`.
        api_key: Sent as X-Api-Key; empty: sent without.
    """

    async def check() -> Finding:
        import aiohttp  # noqa: PLC0415  (a process that nobody asks need not hold it in memory)

        headers = {"X-Api-Key": api_key} if api_key else {}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S)) as session,
                session.get(session_url, headers=headers, allow_redirects=False) as response,
            ):
                found = await response.json() if response.status == 200 else {}
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return Finding(ok=False, detail="does not answer")
        state = found.get("status") if isinstance(found, dict) else None
        known = state if state in {"WORKING", "STARTING", "SCAN_QR_CODE", "STOPPED", "FAILED"} else "unknown"
        return Finding(state == "WORKING", known)

    return check
