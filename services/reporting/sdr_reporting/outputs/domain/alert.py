"""What people are told of: rules, what is known of an account, and what follows from both. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

_STEPS: Final = uuid.UUID("f1f3c0f6-7f5a-5a8e-9f0b-0d8b1c2d3e4f")
_PASSED_ON_AT_ONCE: Final = 20
PULSE_GOOD_FOR: Final = timedelta(minutes=15)
"""An older pulse says nothing of now."""


class AlertKind(StrEnum):
    """What an alert is about."""

    BUDGET = "budget"
    ERROR_RATE = "error_rate"
    NO_LEADS = "no_leads"
    CONNECTION = "connection"
    HOT_LEAD = "hot_lead"


@dataclass(frozen=True, slots=True)
class Rules:
    """An account's rules; None: off."""

    budget: bool = True
    error_percent: int | None = 10
    """Of the last hour's deliveries."""
    error_at_least: int = 3
    no_leads_after: timedelta | None = timedelta(hours=8)
    """Opening time."""
    connection_after: timedelta | None = timedelta(minutes=5)
    waha_url: str = ""
    """Empty: the session is not looked at."""
    waha_session: str = "default"
    hot_after: timedelta | None = timedelta(minutes=15)
    """Opening time."""
    reassign: bool = False
    """A hot lead that waits for so long goes to the next closer as well."""
    reassign_at_most: int = 2
    """Times for one judgement."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nothing is sent, in the clinic's zone."""

    begins: time
    ends: time

    def end_after(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet that `now` lies in ends; None: it lies in none."""
        local = now.astimezone(zone)
        if self.begins == self.ends:
            return None
        overnight = self.ends < self.begins
        clock = local.time()
        inside = clock >= self.begins or clock < self.ends if overnight else self.begins <= clock < self.ends
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if overnight and clock >= self.begins else 0)
        return datetime.combine(day, self.ends, zone)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, its end not in it."""

    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """How an account is, as the gateway told last."""

    observed_at: datetime
    connected: bool
    """The account has a Chatwoot."""
    works: bool
    has_hours: bool
    """False: the clinic is always open."""
    open: tuple[Stretch, ...] = ()
    """When it was open in the last days."""


@dataclass(frozen=True, slots=True)
class HotLead:
    """A quente lead that was handed over and that no human has answered."""

    contact_id: int
    conversation_id: int
    since: datetime
    closer_email: str
    qualification_id: str = ""
    tried_count: int = 0
    """How often it was to be given to the next closer since it was judged."""
    given_at: datetime | None = None
    """When it was given to the closer who has it now; None: with its judgement."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hot lead that is to be given to the next closer."""

    lead: HotLead
    waited: timedelta
    """Opening time with the closer who has it."""
    step_id: str
    """The same as long as nobody was given it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an account at one instant."""

    now: datetime
    pulse: Pulse | None
    """None, or too old: rules that need it decide nothing."""
    chatwoot_down_since: datetime | None = None
    waha_down_since: datetime | None = None
    budgets: frozenset[str] = frozenset()
    """Limits that this month reached: near, stop."""
    settled_count: int = 0
    """Deliveries that came to their end in the last hour, and turns that failed."""
    failed_count: int = 0
    """Of these, deliveries given up and turns that failed."""
    last_lead_at: datetime | None = None
    """When the newest lead first wrote; None: there was never one."""
    hot_leads: Sequence[HotLead] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that people should know, as long as it is found."""

    kind: AlertKind
    subject: str = ""
    """What exactly; with the kind it tells one alert from another."""
    detail: Mapping[str, str | int] = field(default_factory=dict, compare=False)
    """Figures of ours that the text is made of."""
    contact_id: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows from rules and knowledge."""

    findings: tuple[Finding, ...]
    undecided: frozenset[AlertKind]
    """Kinds of which nothing is known: what stands of them stays."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that was found."""

    alert_id: str
    account_id: int
    kind: AlertKind
    subject: str
    detail: Mapping[str, str | int]
    fired_at: datetime
    resolved_at: datetime | None = None
    told: bool = False
    """Sendings were made for its beginning."""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    contact_id: int | None = None


def judge(rules: Rules, known: Known) -> Judgement:
    """What is found now."""
    pulse = known.pulse
    fresh = pulse is not None and known.now - pulse.observed_at <= PULSE_GOOD_FOR
    undecided = frozenset() if fresh else frozenset({AlertKind.NO_LEADS, AlertKind.CONNECTION, AlertKind.HOT_LEAD})
    findings = [*_budget(rules, known), *_errors(rules, known)]
    if fresh and pulse is not None:
        findings += [*_silence(rules, known, pulse), *_connections(rules, known, pulse), *_hot(rules, known, pulse)]
    return Judgement(tuple(findings), undecided)


def waiting_leads(rules: Rules, hot_leads: Sequence[HotLead], pulse: Pulse, now: datetime) -> list[Waiting]:
    """Hot leads that are to be given to the next closer, the longest wait first; none where the rule is off.

    Args:
        rules: The account's.
        hot_leads: Those that no human has answered.
        pulse: Tells when the clinic was open.
        now: Aware.
    """
    if rules.hot_after is None or not rules.reassign:
        return []
    found = []
    for lead in hot_leads:
        waited = opening_time(pulse, lead.given_at or lead.since, now)
        if lead.closer_email and lead.tried_count < rules.reassign_at_most and waited >= rules.hot_after:
            step = f"{lead.conversation_id}/{lead.qualification_id}/{lead.tried_count}"
            found.append(Waiting(lead, waited, str(uuid.uuid5(_STEPS, step))))
    return sorted(found, key=lambda each: (-each.waited, each.lead.conversation_id))[:_PASSED_ON_AT_ONCE]


def opening_time(pulse: Pulse, start: datetime, until: datetime) -> timedelta:
    """How long the clinic was open in a stretch of time."""
    if not pulse.has_hours:
        return max(until - start, timedelta())
    overlaps = (min(each.until, until) - max(each.start, start) for each in pulse.open)
    return sum((each for each in overlaps if each > timedelta()), timedelta())


def _budget(rules: Rules, known: Known) -> list[Finding]:
    return [Finding(AlertKind.BUDGET, limit) for limit in sorted(known.budgets)] if rules.budget else []


def _errors(rules: Rules, known: Known) -> list[Finding]:
    if rules.error_percent is None or known.failed_count < rules.error_at_least:
        return []
    percent = known.failed_count * 100 // max(known.settled_count, 1)
    if percent < rules.error_percent:
        return []
    return [Finding(AlertKind.ERROR_RATE, detail={"percent": percent, "failed": known.failed_count})]


def _silence(rules: Rules, known: Known, pulse: Pulse) -> list[Finding]:
    if rules.no_leads_after is None or known.last_lead_at is None:
        return []
    silence = opening_time(pulse, known.last_lead_at, known.now)
    if silence < rules.no_leads_after:
        return []
    return [Finding(AlertKind.NO_LEADS, detail={"tenths_of_hours": int(rules.no_leads_after / timedelta(minutes=6))})]


def _connections(rules: Rules, known: Known, pulse: Pulse) -> list[Finding]:
    if rules.connection_after is None:
        return []
    down = []
    if pulse.connected and known.chatwoot_down_since is not None:
        down.append(("chatwoot", known.chatwoot_down_since))
    if rules.waha_url and known.waha_down_since is not None:
        down.append(("waha", known.waha_down_since))
    return [
        Finding(AlertKind.CONNECTION, what, {"minutes": int((known.now - since).total_seconds() // 60)})
        for what, since in down
        if known.now - since >= rules.connection_after
    ]


def _hot(rules: Rules, known: Known, pulse: Pulse) -> list[Finding]:
    if rules.hot_after is None:
        return []
    return [
        Finding(
            AlertKind.HOT_LEAD,
            str(lead.conversation_id),
            {"minutes": int(rules.hot_after.total_seconds() // 60), "closer": lead.closer_email},
            lead.contact_id,
        )
        for lead in known.hot_leads
        if opening_time(pulse, lead.since, known.now) >= rules.hot_after
    ]
