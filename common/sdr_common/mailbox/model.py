"""What goes into a mailbox and what comes out: entries, claims, and how a turn ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple, TypeVar

import msgspec

from sdr_common.errors import DomainError, ErrorKind, InvalidField

T = TypeVar("T")

_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")


class MailboxKey(NamedTuple):
    """Whom an entry belongs to: what one worker at a time works on."""

    account_id: int
    """Our tenant."""
    key_id: int
    """A conversation's display id, a contact's id."""


class EntryIdentity(NamedTuple):
    """What makes an entry the same one when it comes again."""

    account_id: int
    event: str
    ext: int
    version: str


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Something that came in.

    Raises:
        InvalidField: a text holds a NUL or is too long, or a duration is negative or not finite.
    """

    account_id: int
    key_id: int
    event: str
    """What happened; part of the identity, 1-200 characters."""
    ext: int
    """The outside id (Chatwoot's message id, a delivery's number): sorts the entries of a key."""
    body: dict[str, object]
    """JSON. What the database cannot hold (a NUL in a text) refuses this entry alone."""
    version: str = ""
    """Empty for a creation, else a hash of the fields that matter; up to 200 characters."""
    stirring: bool = True
    """True: starts a turn, makes a running one stale (a lead's message, a human's, an edit). False:
    quiet, taken along with the next turn or after `quiet_s` by itself (own echo, snapshots)."""
    idle_s: float = 0.0
    """Stirring: silence to wait for, in seconds; 0 is due at once and nothing puts it off."""
    cap_s: float = 0.0
    """Stirring: longest wait after the first one, in seconds."""
    quiet_s: float = 5.0
    """Quiet: longest wait for a turn to take it along, in seconds."""
    traceparent: str = ""
    """W3C trace context of its arrival; empty when there is none."""

    def __post_init__(self) -> None:
        if not self.event:
            raise InvalidField("event", "must not be empty")
        for name, text in (("event", self.event), ("version", self.version), ("traceparent", self.traceparent)):
            if len(text) > 200 or "\0" in text:
                raise InvalidField(name, "must be at most 200 characters without NUL", length=len(text))
        for name, seconds in (("idle_s", self.idle_s), ("cap_s", self.cap_s), ("quiet_s", self.quiet_s)):
            if not 0 <= seconds <= 10_000_000:
                raise InvalidField(name, "must be from 0 to 10000000 seconds", value=seconds)

    @property
    def identity(self) -> EntryIdentity:
        """What makes it the same one when it comes again."""
        return EntryIdentity(self.account_id, self.event, self.ext, self.version)

    @property
    def key(self) -> MailboxKey:
        """Whom it belongs to."""
        return MailboxKey(self.account_id, self.key_id)


class Extension(NamedTuple):
    """The lead is typing: wait for this much more silence."""

    account_id: int
    key_id: int
    idle_s: float


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of the entries of one `ingest`, in the order given."""

    new: tuple[NewEntry, ...]
    repeated: tuple[NewEntry, ...]


class Receipt(Enum):
    """What became of one entry of a group commit."""

    ACCEPTED = "accepted"
    """It is stored and will be worked on."""
    REPEATED = "repeated"
    """It was there already."""
    REFUSED = "refused"
    """The database cannot hold its body; repeating cannot help."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry, as a turn sees it."""

    seq: int
    event: str
    ext: int
    version: str
    stirring: bool
    raw: bytes
    """The body's JSON, read on use only: one that cannot be read fails its own turn, not its neighbours."""
    traceparent: str
    arrived_at: datetime
    """Aware UTC, Postgres's clock."""

    @property
    def body(self) -> dict[str, object]:
        """The body, plain.

        Raises:
            msgspec.DecodeError: it is too deep or holds a number that is too large.
        """
        return self.read(dict[str, object])

    def read(self, kind: type[T]) -> T:
        """The body as a msgspec struct or another type.

        Raises:
            msgspec.ValidationError: it has another shape.
        """
        return msgspec.json.decode(self.raw, type=kind)


@dataclass(frozen=True, slots=True)
class Claim:
    """An open turn that this process may work on, until its lease ends."""

    account_id: int
    key_id: int
    turn: int
    """Number of the turn; the same in a redo, a new one after `supersede`."""
    entries: tuple[Entry, ...]
    """The turn's exact set, by (ext, seq); empty in a wake turn."""
    owner: str
    epoch: int
    attempt: int = 1
    """1 at first; failures that count, and crashes, add 1."""
    sealed: bool = False
    """True: the point of no return was passed before; use `answer`, make no other."""
    answer: bytes | None = None
    """What was sealed."""
    wake_reason: str = ""
    """Why it woke by itself; empty when entries started it."""
    since: datetime | None = None
    """Arrival of the first stirring entry; None without one."""
    waited_s: float = 0.0
    """Seconds from due to claimed."""

    @property
    def key(self) -> MailboxKey:
        """Whom it belongs to."""
        return MailboxKey(self.account_id, self.key_id)


@dataclass(frozen=True, slots=True)
class Close:
    """How a turn ended, and when to look again.

    A stirring entry that came meanwhile, or comes before `wake_at`, clears the wake. Without
    `wake_at` a pending wake stays as it is (only a quiet turn can meet one).

    Raises:
        InvalidField: `outcome` or `wake_reason` is no short identifier, or `wake_at` is naive, or
            stands without a reason, or together with `cancel_wake`.
    """

    outcome: str
    """A short identifier such as "answered", kept with the turn."""
    wake_at: datetime | None = None
    """When to start a turn without entries, aware."""
    wake_reason: str = ""
    """Why, a short identifier such as "nudge"."""
    cancel_wake: bool = False
    """Forget a pending wake."""

    def __post_init__(self) -> None:
        if not _WORD.fullmatch(self.outcome):
            raise InvalidField("outcome", "must be 1-64 of a-z, 0-9 and _", value=self.outcome[:80])
        if self.wake_at is None:
            if self.wake_reason:
                raise InvalidField("wake_reason", "needs wake_at")
            return
        if self.wake_at.tzinfo is None:
            raise InvalidField("wake_at", "must be aware")
        if not _WORD.fullmatch(self.wake_reason):
            raise InvalidField("wake_reason", "must be 1-64 of a-z, 0-9 and _", value=self.wake_reason[:80])
        if self.cancel_wake:
            raise InvalidField("cancel_wake", "contradicts wake_at")


@dataclass(frozen=True, slots=True)
class Failure:
    """How a turn failed."""

    counted: bool
    """True: the turn's own fault, towards poison. False: a dependency's; the attempt is given back."""
    retry_after_s: float | None = None
    """The other side's hint, in seconds; replaces the exponential pause."""
    reason: str = ""
    """Why, a short word for operators; kept with the turn."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How far behind the workers are."""

    waiting: int
    """Keys that are due and that nobody took yet; 10,000 stands for more."""
    oldest_s: float
    """For how long the first of them is due; 0 when none is."""
    unanswered_s: float
    """Since when the oldest arrival has had no end, taken or not; 0 when there is none."""


@dataclass(frozen=True, slots=True)
class MailboxOptions:
    """Times of a mailbox."""

    lease_s: float = 30.0
    """A dead worker's turns are taken up after this long."""
    patience_s: float = 20.0
    """A stale answer may be sealed when the first entry waits longer than this."""
    retry_base_s: float = 1.0
    """First pause after a counted failure; doubles."""
    retry_ceiling_s: float = 300.0
    """Longest pause after a counted failure."""
    setback_base_s: float = 0.5
    """First pause after a failure that is not the turn's fault; doubles."""
    setback_ceiling_s: float = 30.0
    """Longest pause after one."""


class LeaseLost(DomainError):
    """Somebody else has the turn; stop working on it."""

    kind = ErrorKind.CONFLICT
    reason = "WRITE_CONFLICT"

    def __init__(self, claim: Claim) -> None:
        super().__init__(
            f"turn {claim.turn} is no longer held in epoch {claim.epoch}", turn=claim.turn, epoch=claim.epoch
        )


class MailboxFull(DomainError):
    """Too many entries wait for their commit."""

    kind = ErrorKind.EXHAUSTED
    reason = "SERVICE_UNAVAILABLE"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} entries wait for their commit already; repeat later", limit=limit)


class EntryRefused(DomainError):
    """The database cannot hold one of these entries; none was stored."""

    kind = ErrorKind.INVALID
    reason = "INVALID_FIELD"

    def __init__(self, entries: Sequence[NewEntry]) -> None:
        super().__init__(
            f"body: the database cannot hold one of {len(entries)}", field="body", problem="cannot be stored as JSON"
        )
        self.entries = tuple(entries)
        """All that were given together."""
