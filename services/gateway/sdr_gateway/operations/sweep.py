"""The catch-up sweep: Chatwoot never repeats a webhook, so it is asked what it has.

Whatever is missing enters by the webhooks' own door; what is known already is recognised there. How
far a conversation was swept is moved by listings alone, never by webhooks, so that gaps heal.
"""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass

import structlog

from sdr_common.errors import DomainError, ErrorKind, StoreUnavailable
from sdr_common.mailbox import Receipt
from sdr_common.metrics import METER
from sdr_common.telemetry import TRACER, current_traceparent, told_on
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.catch_up import ignored, is_news, trusted_through, verdicts
from sdr_gateway.domain.classify import classify_conversation, classify_updated
from sdr_gateway.domain.event import MessageSeen, Verdict
from sdr_gateway.operations.ingest import Ingest
from sdr_gateway.ports import Accounts, ChatwootListing, ListedConversation, SweepClaim, SweepPosition, Sweeps

_PAGE = 100
_PAGES_FORWARD = 10
_PAGES_BACK = 15
_BEAT_S = 3.0
"""How often a long sweep prolongs its lease."""
_STARTED_S = 60.0
"""For so long after the start a dead sweeper's accounts are looked for often."""
_FAILURES_AT_MOST = 5

_LOG = structlog.get_logger()
_SWEEPS = METER.create_counter("sdr.gateway.sweeps", ("outcome",), description="Sweeps of accounts: done or failed.")
_FINDS = METER.create_counter("sdr.gateway.sweep.finds", description="Events that a sweep brought and no webhook had.")


@dataclass(frozen=True, slots=True)
class SweepLimits:
    """How much one sweep of an account looks at."""

    lookback_s: float = 120.0
    """How far it looks back beyond the one before it."""
    conversations: int = 500
    """Conversations at most; the rest waits for the next sweep."""
    grace_s: float = 0.0
    """Younger messages are left to their webhooks, so that each keeps its own trace."""
    answer_within_s: float = 86_400.0
    """A lead's message that is older when it is found is context: after a day nobody waits for an answer."""


class Sweep:
    """Sweeps accounts, one after another; replicas share them.

    Args:
        sweeps: Whose sweep it is.
        accounts: Connected accounts.
        listing: Asks Chatwoot.
        ingest: The door.
        limits: How much at a time.
    """

    def __init__(
        self, sweeps: Sweeps, accounts: Accounts, listing: ChatwootListing, ingest: Ingest, limits: SweepLimits
    ) -> None:
        self._sweeps = sweeps
        self._accounts = accounts
        self._listing = listing
        self._ingest = ingest
        self._limits = limits
        self._failing: set[int] = set()

    async def run(self, stop: asyncio.Event, interval_s: float) -> None:
        """Sweeps what is due until stopped; at start every account at once."""
        started = time.monotonic()
        while not stop.is_set():
            # Whatever was not swept since our start is due: an outage's leads must not wait for the interval.
            up_s = time.monotonic() - started
            try:
                swept = await self.sweep_next(min(interval_s, up_s), up_s=up_s)
            except DomainError:
                swept = False  # The database is away; the mailbox's worker says so.
            rest_s = min(interval_s / 4, 1.0 if up_s < _STARTED_S else 5.0)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.001 if swept else rest_s)

    async def sweep_next(self, pause_s: float = 0.0, *, up_s: float = 0.0) -> bool:
        """Sweeps the account that waits longest.

        Args:
            pause_s: An account that was swept less than this long ago is left alone.
            up_s: For how long this process is up: the first sweep since then leaves nothing to webhooks.

        Returns:
            False when none is due.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        claim = await self._sweeps.claim(pause_s)
        if claim is None:
            return False
        grace_s = 0.0 if claim.ago_s > up_s else self._limits.grace_s
        swept_until: float | None = None
        try:
            with (
                TRACER.start_as_current_span(
                    "sweep",
                    attributes={"sdr.account_id": claim.account_id},
                    record_exception=False,
                    set_status_on_exception=False,
                ) as span,
                told_on(span),
            ):
                swept_until = await self._sweep(claim, grace_s)
            self._note(claim.account_id, None)
        except DomainError as error:
            self._note(claim.account_id, error)
        finally:
            with suppress(DomainError):  # The lease ends by itself.
                await self._sweeps.finish(claim.account_id, swept_until)
        return True

    async def _sweep(self, claim: SweepClaim, grace_s: float) -> float | None:
        """One account; gives back up to when everything was seen."""
        account = await self._accounts.get(claim.account_id)
        within_s = math.ceil(claim.now - claim.since + self._limits.lookback_s)
        listed = await self._listing.conversations(account, within_s)
        # The longest unchanged first: if there are too many, the next sweep goes on where this one stopped.
        listed.sort(key=lambda found: found.snapshot.updated_at)
        now, rest = listed[: self._limits.conversations], listed[self._limits.conversations :]
        ids = [found.snapshot.conversation_id for found in now]
        positions = await self._sweeps.positions(claim.account_id, ids)
        brought, failures, beaten = 0, 0, time.monotonic()
        for found in now:
            position = positions.get(found.snapshot.conversation_id, SweepPosition())
            try:
                brought += await self._sweep_conversation(account, found, position, claim.now, grace_s)
            except StoreUnavailable:
                raise
            except DomainError as error:
                # One that Chatwoot cannot list must not hide the others; many in a row are an outage.
                failures += 1
                conversation_id = found.snapshot.conversation_id
                _LOG.warning("sweep_skipped_conversation", conversation_id=conversation_id, reason=error.reason)
                if failures == _FAILURES_AT_MOST:
                    raise
            if time.monotonic() - beaten > _BEAT_S:
                beaten = time.monotonic()
                if not await self._sweeps.beat(claim.account_id):
                    return None
        if brought:
            _FINDS.add(brought)
            _LOG.info("sweep_brought_events", account_id=claim.account_id, count=brought)
        if failures:
            return None
        # What was left to its webhook is looked at again, whatever the look-back is.
        return rest[0].snapshot.updated_at if rest else claim.now - grace_s

    async def _sweep_conversation(
        self, account: Account, found: ListedConversation, position: SweepPosition, now: float, grace_s: float
    ) -> int:
        contact, snapshot = found.contact, found.snapshot
        messages = await self._messages(account, snapshot.conversation_id, position.swept_through_id)
        all_verdicts = verdicts(
            messages,
            contact,
            snapshot,
            # Listings tell whole seconds: what came in the very second of the connection is no history.
            connected_at=math.floor(account.connected_at),
            answer_since=now - self._limits.answer_within_s,
        )
        found_now: list[Verdict] = [
            verdict
            for message, verdict in zip(messages, all_verdicts, strict=True)
            if not grace_s or message.created_at <= now - grace_s
        ]
        failed = [message for message in messages if message.failed]
        if found.refused is not None:
            failed.append(found.refused)
        found_now += [
            classify_updated(message, contact, snapshot, connected_at=account.connected_at) for message in failed
        ]
        if is_news(
            snapshot,
            known_status=position.chatwoot_status,
            known_human=position.human_assigned,
            known_at=position.snapshot_at,
        ):
            turned = snapshot.status != position.chatwoot_status
            found_now.append(classify_conversation(contact, snapshot, status_changed=turned, changed=None))
        trace = current_traceparent()
        receipts = await asyncio.gather(
            *(self._ingest.take(account, verdict, trace, swept=True) for verdict in found_now if not ignored(verdict))
        )
        through = trusted_through(messages, now=now - grace_s)
        if through > position.swept_through_id:
            await self._sweeps.move(account.account_id, snapshot.conversation_id, through)
        return receipts.count(Receipt.ACCEPTED)

    async def _messages(self, account: Account, conversation_id: int, after: int) -> list[MessageSeen]:
        """Messages that no listing went past yet, oldest first, a bounded number of pages."""
        if not after:
            return await self._first_messages(account, conversation_id)
        found: list[MessageSeen] = []
        for _ in range(_PAGES_FORWARD):
            page = await self._listing.messages_after(account, conversation_id, after)
            found += page
            if len(page) < _PAGE:
                break
            after = page[-1].message_id
        return found

    async def _first_messages(self, account: Account, conversation_id: int) -> list[MessageSeen]:
        """A conversation that was never swept: from its end back to the connection."""
        found: list[MessageSeen] = []
        before: int | None = None
        for _ in range(_PAGES_BACK):
            page = await self._listing.messages_before(account, conversation_id, before)
            found[:0] = page
            if not page or page[0].created_at < account.connected_at:
                break
            before = page[0].message_id
        return found

    def _note(self, account_id: int, error: DomainError | None) -> None:
        """Counts every sweep; logs a change, not every failure of an outage."""
        _SWEEPS.add(1, {"outcome": "done" if error is None else "failed"})
        if error is None:
            if account_id in self._failing:
                _LOG.info("sweep_resumed", account_id=account_id)
            self._failing.discard(account_id)
            return
        if account_id not in self._failing:
            log = _LOG.warning if error.kind is ErrorKind.UNAVAILABLE else _LOG.error
            log("sweep_failed", account_id=account_id, reason=error.reason, problem=error.message)
        self._failing.add(account_id)
