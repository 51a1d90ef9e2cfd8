"""What alerts need from outside, in their own words. Nothing here commits: operations own transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sdr_common.postgres import Connection
from sdr_reporting.outputs.domain.alert import Alert, HotLead, Pulse, QuietHours, Rules


@dataclass(frozen=True, slots=True)
class Policy:
    """An account's rules and channels."""

    rules: Rules = field(default_factory=Rules)
    email_to: tuple[str, ...] = ()
    quiet: QuietHours | None = None
    language: str = "pt"


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A version of them, with its secrets sealed."""

    policy: Policy = field(default_factory=Policy)
    version: int = 0
    """0: never set."""
    slack_url: bytes | None = None
    waha_key: bytes | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Where alerts go."""
        email = ("email",) if self.policy.email_to else ()
        return (*email, "slack") if self.slack_url is not None else email


@dataclass(frozen=True, slots=True)
class Watched:
    """An account whose rules are to be looked at now."""

    account_id: int
    now: datetime
    """The database's clock."""
    pulse: Pulse
    chatwoot_down_since: datetime | None


@dataclass(frozen=True, slots=True)
class Troubles:
    """What went wrong lately."""

    settled_count: int
    failed_count: int
    budgets: frozenset[str]


@dataclass(frozen=True, slots=True)
class AlertPosition:
    """Where a page of alerts ended."""

    is_over: bool
    fired_at: datetime
    alert_id: str


@dataclass(frozen=True, slots=True)
class Notice:
    """How people were told."""

    channel: str
    resolved: bool
    state: str
    problem: str


class Policies(Protocol):
    """Accounts' rules and channels."""

    async def lock(self, conn: Connection, account_id: int) -> None:
        """Serialises those who change them."""
        ...

    async def find(self, conn: Connection, account_id: int) -> StoredPolicy:
        """Those of an account; the product's own where none were set."""
        ...

    async def put(self, conn: Connection, account_id: int, stored: StoredPolicy) -> int:
        """Stores them; gives the new version."""
        ...


class Alerts(Protocol):
    """What was found."""

    async def standing(self, conn: Connection, account_id: int) -> Sequence[Alert]:
        """What is not over; until the transaction ends nothing of the account is recorded or forgotten."""
        ...

    async def add(self, conn: Connection, alert: Alert) -> bool:
        """Adds one; False: it stands already, or its lead was forgotten meanwhile."""
        ...

    async def resolve(self, conn: Connection, alert_id: str, at: datetime) -> None:
        """It is over."""
        ...

    async def mark_told(self, conn: Connection, alert_id: str) -> None:
        """Sendings were made for its beginning."""
        ...

    async def find(self, conn: Connection, account_id: int, alert_id: str) -> Alert | None:
        """One; None: there is none."""
        ...

    async def acknowledge(self, conn: Connection, account_id: int, alert_id: str, who: str) -> Alert | None:
        """A person has seen it; None: there is none."""
        ...

    async def page(
        self, conn: Connection, account_id: int, after: AlertPosition | None, limit: int, *, standing_only: bool
    ) -> Sequence[Alert]:
        """Those that stand first, then newest first."""
        ...

    async def notices(self, conn: Connection, alert_ids: Sequence[str]) -> Mapping[str, Sequence[Notice]]:
        """How people were told of some."""
        ...


class Observations(Protocol):
    """What is known of accounts."""

    async def put_pulse(self, conn: Connection, account_id: int, pulse: Pulse, body: bytes) -> bool:
        """How an account is; False: something newer is known."""
        ...

    async def claim(self, conn: Connection, interval_s: float) -> Watched | None:
        """The account that waits longest to be looked at; None: none waits for so long."""
        ...

    async def put_waha(self, conn: Connection, account_id: int, *, works: bool) -> datetime | None:
        """Whether the WhatsApp session works; gives since when it does not."""
        ...

    async def troubles(self, conn: Connection, account_id: int, now: datetime) -> Troubles:
        """What went wrong in the last hour, and this month's budget."""
        ...

    async def last_lead_at(self, conn: Connection, account_id: int) -> datetime | None:
        """When the newest lead first wrote."""
        ...

    async def hot_leads(self, conn: Connection, account_id: int, now: datetime) -> Sequence[HotLead]:
        """Hot leads that wait for a human."""
        ...


class SessionProbe(Protocol):
    """Looks at a WhatsApp session."""

    async def works(self, url: str, session: str, key: str) -> bool:
        """Whether WAHA answers and the session is logged in."""
        ...
