"""The outcome of a turn as ordered writes: attributes, labels, team, closer, note, message, status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdr_common.clinic import Clinic
from sdr_common.lead import LeadStatus
from sdr_routing.domain import attributes, labels, wording
from sdr_routing.domain.assignment import Assignment, Round, escalation_team, round_for, team_for
from sdr_routing.domain.attributes import STATUS, Written
from sdr_routing.domain.back import back_at
from sdr_routing.domain.delivery import Attributes, Closer, GiveBack, Labels, Message, Note, PlannedWrite, Status, Team
from sdr_routing.domain.note import note_for, wrote_again
from sdr_routing.domain.outcome import Outcome
from sdr_routing.domain.outgoing_text import neutral, parts_of
from sdr_routing.domain.settings import RoutingSettings


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be written."""

    writes: tuple[PlannedWrite, ...]
    """In order; empty: nothing to do."""
    written: Written
    """What we have written then."""
    handing_off: bool
    """It assigns or opens."""
    closing: bool
    """It carries the closing message."""
    qualifying: bool
    """The lead is still being qualified."""


def team_of(outcome: Outcome, settings: RoutingSettings) -> str:
    """The team that this turn hands the lead to; empty: none."""
    if outcome.silent or (outcome.closed_before and outcome.escalation is None):
        return ""
    if outcome.escalation is not None:
        return escalation_team(settings)
    qualification = outcome.qualification
    if qualification is None:
        return ""
    return team_for(settings, qualification.temperature, outcome.procedure, outcome.conversation.inbox_id)


def round_of(outcome: Outcome, settings: RoutingSettings) -> Round | None:
    """Who takes turns for this lead; None: no closer is assigned.

    An escalation goes to a team. An abandoned lead too: with a human as assignee the bot would have to stay
    silent when the lead comes back.
    """
    qualification = outcome.qualification
    if outcome.silent or outcome.closed_before or outcome.escalation is not None:
        return None
    if qualification is None or qualification.is_abandoned:
        return None
    return round_for(settings, qualification.temperature)


def plan(
    outcome: Outcome,
    settings: RoutingSettings,
    clinic: Clinic,
    assignment: Assignment,
    written: Written,
    *,
    delivery_id: str,
    now: datetime,
    closed: bool = False,
) -> Plan:
    """Orders the writes of one turn.

    Args:
        outcome: What the turn leads to.
        settings: The account's.
        clinic: The account's.
        assignment: Who gets the lead, decided before.
        written: What we wrote into this contact before.
        delivery_id: Keys of messages derive from it.
        now: Aware; shown in an escalation's note.
        closed: The judgement has had its closing message already: there is one ever.
    """
    changed = attributes.changes(attributes.wanted(outcome, clinic.zone), outcome.attributes, written)
    text, is_closing = public_text(outcome, settings, clinic, assignment)
    if is_closing and closed:
        text, is_closing = "", False
    text = _with_opening(text, outcome, clinic, now)
    status = _status(outcome, settings)
    writes: list[PlannedWrite] = []
    if changed:
        writes.append(PlannedWrite(Attributes(changed)))
    new_labels = labels.wanted(outcome)
    if new_labels and labels.is_needed(outcome.labels, new_labels):
        writes.append(PlannedWrite(Labels(new_labels)))
    if assignment.team:
        writes.append(PlannedWrite(Team(assignment.team)))
    if assignment.closer_email:
        writes.append(PlannedWrite(Closer(assignment.closer_email, assignment.closer_name)))
    note = _note(outcome, settings, clinic, now)
    if note:
        writes.append(PlannedWrite(Note(neutral(note)), f"{delivery_id}/note"))
    asks = outcome.asks.value if outcome.asks is not None and outcome.qualification is None else ""
    for number, part in enumerate(parts_of(text, outcome.conversation.channel), 1):
        writes.append(
            PlannedWrite(Message(part, asks, outcome.answers, outcome.only_in_silence), f"{delivery_id}/{number}")
        )
    if status:
        writes.append(PlannedWrite(Status(status)))
    if outcome.give_back:
        writes.append(PlannedWrite(GiveBack()))
    return Plan(
        writes=tuple(writes),
        written=written.adding(changed),
        handing_off=bool(assignment.team or assignment.closer_email or status == "open" or outcome.give_back),
        closing=is_closing,
        qualifying=_is_qualifying(outcome, written),
    )


def _is_qualifying(outcome: Outcome, written: Written) -> bool:
    """Whether a takeover of this turn pauses the lead: one who was judged before stays what it was judged."""
    status = outcome.status.value if outcome.status is not None else written.current.get(STATUS, "")
    return status in {LeadStatus.IN_PROGRESS.value, ""}


def public_text(
    outcome: Outcome, settings: RoutingSettings, clinic: Clinic, assignment: Assignment
) -> tuple[str, bool]:
    """What the lead reads (empty: nothing), and whether it is the closing message."""
    qualification = outcome.qualification
    if outcome.silent:
        return "", False
    if outcome.escalation is not None:
        said = outcome.reply.strip() or outcome.answer.strip()
        return said or wording.escalation(outcome.escalation, outcome.language), False
    if qualification is None or outcome.closed_before:
        return outcome.reply, False
    if qualification.is_abandoned:
        return "", False
    if qualification.not_a_lead is not None:
        return wording.polite_line(qualification.not_a_lead, settings, clinic, outcome.language), False
    return wording.closing(outcome, qualification.temperature, settings, clinic, assignment), True


def _with_opening(text: str, outcome: Outcome, clinic: Clinic, now: datetime) -> str:
    """What the lead reads, with when somebody is there again if nobody is now."""
    if not text or outcome.back_at is None:
        return text
    return f"{text.rstrip()}\n\n{back_at(outcome.back_at, now, clinic.zone, outcome.language)}"


def _note(outcome: Outcome, settings: RoutingSettings, clinic: Clinic, now: datetime) -> str:
    """What a human reads; empty: nothing."""
    if _has_note(outcome):
        return note_for(outcome, settings, clinic, now)
    return wrote_again(outcome, settings, clinic, now) if outcome.wrote_again else ""


def _has_note(outcome: Outcome) -> bool:
    return outcome.escalation is not None or (outcome.qualification is not None and outcome.qualification.is_warm)


def _status(outcome: Outcome, settings: RoutingSettings) -> str:
    """The conversation's status after this turn; empty: as it is.

    Only quente, morno and escalations are opened, because opening makes Chatwoot assign somebody. An abandoned
    lead stays pending, so that the bot can go on when it comes back.
    """
    qualification = outcome.qualification
    if outcome.silent:
        return ""
    if outcome.escalation is not None:
        return "open"
    if qualification is None or qualification.is_abandoned or outcome.closed_before:
        return ""
    if qualification.is_warm:
        return "open"
    return "resolved" if settings.resolve_cold else ""
