"""The mailbox: what comes in for a key is worked on once, in order, by one worker at a time.

Used by the gateway for turns (key = conversation) and by routing for deliveries (key = contact).
Entries of a key are coalesced into a *turn*: its exact set is frozen under a number when it is
claimed, and a redo after a crash is the same turn. All times that decide are Postgres's clock.

A service's first migration makes the tables in its own schema:

    step(UP_V1, DOWN_V1)          # from sdr_common.mailbox.schema import UP_V1, DOWN_V1

Entries come in through a shared commit, or inside a transaction of the service:

    async with GroupCommit(mailbox, on_commit=worker.nudge) as commit:
        receipt = await commit.add(NewEntry(account_id=1, key_id=42, event="message_created",
                                            ext=1001, body={...}, idle_s=2, cap_s=8))
        await commit.extend(account_id=1, key_id=42, idle_s=2)      # the lead is typing

    async with transaction(pool) as conn:
        await mailbox.ingest(conn, [NewEntry(...)])

A worker runs a handler for each turn; what the handler raises puts the turn back for later
(`failure_of` says whether it counts towards poison), what it returns closes the turn:

    async def handle(claim: Claim) -> Close:
        answer = claim.answer
        while answer is None:
            draft = await answer_of(claim.entries)
            if await worker.seal(claim, draft):         # the point of no return
                answer = draft
            else:
                claim = await worker.supersede(claim)   # newer entries came: a new number
        await deliver(claim.turn, answer)               # repeatable: request ids come from the turn
        return Close("answered", wake_at=now + timedelta(hours=2), wake_reason="nudge")

    worker = MailboxWorker(Mailbox(pool), handle)
    await worker.run(stop)                              # until the event is set; then it drains

Stirring entries start a turn, make a running one stale and clear a wake; quiet ones are taken
along. A wake turn has no entries but a `wake_reason`. See docs/adr/0001-mailbox.md for why the
statements are as they are, and docs/adr/0002-turn-states.md for the states of a turn.
"""

from sdr_common.mailbox.group_commit import GroupCommit
from sdr_common.mailbox.mailbox import QUERIES, Mailbox
from sdr_common.mailbox.model import (
    Claim,
    Close,
    Depth,
    Entry,
    EntryIdentity,
    EntryRefused,
    Extension,
    Failure,
    IngestResult,
    LeaseLost,
    MailboxFull,
    MailboxKey,
    MailboxOptions,
    NewEntry,
    Receipt,
)
from sdr_common.mailbox.watching import depth_of, watch_worker
from sdr_common.mailbox.worker import (
    Handler,
    MailboxWorker,
    MetricsHook,
    Sample,
    TurnEnded,
    TurnPutBack,
    WorkerOptions,
    failure_of,
)

__all__ = [
    "QUERIES",
    "Claim",
    "Close",
    "Depth",
    "Entry",
    "EntryIdentity",
    "EntryRefused",
    "Extension",
    "Failure",
    "GroupCommit",
    "Handler",
    "IngestResult",
    "LeaseLost",
    "Mailbox",
    "MailboxFull",
    "MailboxKey",
    "MailboxOptions",
    "MailboxWorker",
    "MetricsHook",
    "NewEntry",
    "Receipt",
    "Sample",
    "TurnEnded",
    "TurnPutBack",
    "WorkerOptions",
    "depth_of",
    "failure_of",
    "watch_worker",
]
