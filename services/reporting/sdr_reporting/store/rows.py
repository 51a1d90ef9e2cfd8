"""Rows to domain objects and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from psycopg.rows import DictRow

from sdr_common.lead import Channel, FactKind, LeadOutcome, LeadStatus, Temperature
from sdr_reporting.domain.event import LeadKey, LeadQualified
from sdr_reporting.domain.lead import Assignment, Lead, Register, Stamp, found_by
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.domain.name import fold, index_grams, search_text
from sdr_reporting.domain.overview import Overview

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def account_grams(account_id: int, grams: Iterable[str]) -> list[str]:
    """The pieces of a name behind the account's id, so that an account is not slowed by another's names."""
    return [f"{account_id}:{gram}" for gram in grams]


def name_document(lead: Lead) -> dict[str, object]:
    """What a lead is found by, as `save_names` takes it."""
    grams = account_grams(lead.key.account_id, index_grams(searchable(lead)))
    return {"account_id": lead.key.account_id, "contact_id": lead.key.contact_id, "grams": grams}


def searchable(lead: Lead) -> str:
    """What a lead is found by."""
    return search_text(*found_by(lead))


def lead_document(lead: Lead) -> dict[str, object]:
    """A lead as `save_leads` takes it."""
    judged = lead.qualification.value
    return {
        "account_id": lead.key.account_id,
        "contact_id": lead.key.contact_id,
        "conversation_id": lead.conversation_id.value,
        "channel": lead.channel.value,
        "contact_name": lead.contact_name.value,
        "fact_name": lead.fact_name.value,
        "name": lead.name,
        "name_folded": fold(lead.name),
        "told_status": lead.told_status.value,
        "status": lead.status,
        "procedure": lead.procedure.value,
        "known_count": lead.known_count.value,
        "team": lead.assignment.value.team,
        "closer_email": lead.assignment.value.closer_email,
        "qualification_id": judged and judged.qualification_id,
        "qualification_version": judged and judged.version,
        "score": judged and judged.score,
        "temperature": judged and judged.temperature,
        "qualified_at": judged and judged.qualified_at.isoformat(),
        "answered": lead.answered,
        "first_message_at": _iso(lead.first_message_at),
        "first_public_at": _iso(lead.first_public_at),
        "first_answer_us": _first_answer_us(lead),
        "updated_at": _iso(lead.updated_at),
        "last_seq": lead.last_seq,
        "inbox_id": lead.inbox_id.value,
        "phone": lead.phone.value,
        "asked": lead.asked.value,
        "outcome": lead.outcome.value,
        "outcome_at": _iso(None if lead.outcome.stamp is None else lead.outcome.stamp.at),
        "search_text": searchable(lead),
        "stamps": {
            name: _stamp_document(stamp)
            for name, stamp in (
                ("conversation_id", lead.conversation_id.stamp),
                ("channel", lead.channel.stamp),
                ("contact_name", lead.contact_name.stamp),
                ("fact_name", lead.fact_name.stamp),
                ("told_status", lead.told_status.stamp),
                ("procedure", lead.procedure.stamp),
                ("known_count", lead.known_count.stamp),
                ("assignment", lead.assignment.stamp),
                ("inbox_id", lead.inbox_id.stamp),
                ("phone", lead.phone.stamp),
                ("asked", lead.asked.stamp),
                ("outcome", lead.outcome.stamp),
            )
            if stamp is not None
        },
    }


def lead(row: DictRow) -> Lead:
    """A row of `lead`."""
    stamps: dict[str, Stamp] = {name: _stamp(document) for name, document in row["stamps"].items()}
    judged = _judged(row)
    own = None
    if judged is not None:
        own = Stamp(judged.qualified_at, judged.version, judged.qualification_id)
    return Lead(
        key=LeadKey(row["account_id"], row["contact_id"]),
        conversation_id=Register(row["conversation_id"], stamps.get("conversation_id")),
        channel=Register(_channel(row), stamps.get("channel")),
        contact_name=Register(row["contact_name"], stamps.get("contact_name")),
        fact_name=Register(row["fact_name"], stamps.get("fact_name")),
        told_status=Register(_status(row["told_status"]), stamps.get("told_status")),
        procedure=Register(row["procedure"], stamps.get("procedure")),
        known_count=Register(row["known_count"], stamps.get("known_count")),
        assignment=Register(Assignment(row["team"], row["closer_email"]), stamps.get("assignment")),
        inbox_id=Register(row["inbox_id"], stamps.get("inbox_id")),
        phone=Register(row["phone"], stamps.get("phone")),
        asked=Register(None if row["asked"] is None else FactKind(row["asked"]), stamps.get("asked")),
        outcome=Register(LeadOutcome(row["outcome"]), stamps.get("outcome")),
        qualification=Register(judged, own),
        answered=row["answered"],
        first_message_at=row["first_message_at"],
        first_public_at=row["first_public_at"],
        updated_at=row["updated_at"],
        last_seq=row["last_seq"],
    )


def summary(row: DictRow) -> LeadSummary:
    """A row of `lead` as a list shows it; what it cost stands elsewhere."""
    return LeadSummary(
        contact_id=row["contact_id"],
        conversation_id=row["conversation_id"],
        name=row["name"],
        status=_status(row["status"]),
        temperature=None if row["temperature"] is None else Temperature(row["temperature"]),
        score=row["score"],
        procedure=row["procedure"],
        known_count=row["known_count"],
        first_message_at=row["first_message_at"],
        updated_at=row["updated_at"],
        qualified_at=row["qualified_at"],
        qualification_id=str(row["qualification_id"] or ""),
        channel=_channel(row),
        team=row["team"],
        closer_email=row["closer_email"],
        inbox_id=row["inbox_id"],
        outcome=LeadOutcome(row["outcome"]),
        outcome_at=row["outcome_at"],
        phone=row["phone"],
    )


def overview(row: DictRow) -> Overview:
    """The row of the `overview` query."""
    return Overview(
        new_lead_count=row["new_lead_count"],
        qualified_lead_count=row["qualified_lead_count"],
        by_temperature={Temperature(word): count for word, count in row["temperatures"].items()},
        average_qualification_time=micros(row["qualification_us"]),
        average_first_answer_time=micros(row["first_answer_us"]),
        top_procedures=tuple((procedure, count) for procedure, count in row["procedures"]),
        average_score=None if row["average_score"] is None else float(row["average_score"]),
        in_progress_lead_count=row["in_progress_lead_count"],
        escalated_lead_count=row["escalated_lead_count"],
        cost_micro_usd=row["cost_micro_usd"],
    )


def _judged(row: DictRow) -> LeadQualified | None:
    if row["qualification_id"] is None:
        return None
    return LeadQualified(
        qualification_id=str(row["qualification_id"]),
        version=row["qualification_version"],
        score=row["score"],
        temperature=Temperature(row["temperature"]),
        status=None,
        qualified_at=row["qualified_at"],
    )


def _channel(row: DictRow) -> Channel | None:
    return None if row["channel"] is None else Channel(row["channel"])


def _status(word: str | None) -> LeadStatus | None:
    return None if word is None else LeadStatus(word)


def _stamp_document(stamp: Stamp) -> list[object]:
    return [(stamp.at - _EPOCH) // _MICROSECOND, stamp.rank, stamp.tie]


def _stamp(document: list[object]) -> Stamp:
    micros, rank, tie = document
    return Stamp(_EPOCH + int(str(micros)) * _MICROSECOND, int(str(rank)), str(tie))


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _first_answer_us(lead: Lead) -> int | None:
    if lead.first_message_at is None or lead.first_public_at is None:
        return None
    # Two clocks tell these instants: an answer is never counted as coming before its question.
    return max(0, (lead.first_public_at - lead.first_message_at) // _MICROSECOND)


def micros(value: Decimal | int | None) -> timedelta | None:
    """Microseconds as a time, to the nearest, half to even."""
    return None if value is None else round(value) * _MICROSECOND
