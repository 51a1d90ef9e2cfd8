"""Reporting's ports over Postgres; nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from google.protobuf.empty_pb2 import Empty
from psycopg.types.json import Jsonb

from sdr_common.account_settings import AccountSettingsStore, CachedSettings
from sdr_common.clinic import Clinic
from sdr_common.errors import AccountNotFound
from sdr_common.lead_proto import clinic_from_wire, clinic_to_wire
from sdr_common.postgres import Connection, Pool, Queries
from sdr_reporting.domain.counted_days import Change
from sdr_reporting.domain.event import (
    DeliverySettled,
    Event,
    EventId,
    FactsLearned,
    FeedbackGiven,
    LeadEscalated,
    LeadKey,
    LeadQualified,
    LeadStatusChanged,
    ModelUsed,
    OutcomeRecorded,
    Payload,
    SurveyAnswered,
    TurnFinished,
)
from sdr_reporting.domain.lead import Lead
from sdr_reporting.domain.period import DEFAULT_ZONE
from sdr_reporting.ports import AccountClinic, Told
from sdr_reporting.store import rows

QUERIES = Queries.load("sdr_reporting.store")
"""Every statement of this service's own tables."""

_KINDS: Final[dict[type[Payload], str]] = {
    TurnFinished: "turn_finished",
    FactsLearned: "facts_learned",
    LeadQualified: "lead_qualified",
    DeliverySettled: "delivery_settled",
    LeadEscalated: "lead_escalated",
    LeadStatusChanged: "lead_status_changed",
    ModelUsed: "model_used",
    OutcomeRecorded: "outcome_recorded",
    FeedbackGiven: "feedback_given",
    SurveyAnswered: "survey_answered",
}


class PostgresEvents:
    """`Events` over the table of that name."""

    async def lock(self, conn: Connection, account_ids: Collection[int]) -> None:
        """See `Events.lock`."""
        await conn.execute(QUERIES["lock_accounts"], {"account_ids": sorted(account_ids)})

    async def add(self, conn: Connection, told: Sequence[Told]) -> Mapping[EventId, int]:
        """See `Events.add`."""
        cursor = await conn.execute(
            QUERIES["add_events"],
            {
                "event_ids": [each.event.event_id for each in told],
                "account_ids": [each.event.lead.account_id for each in told],
                "contact_ids": [each.event.lead.contact_id for each in told],
                "occurred_at": [each.event.occurred_at for each in told],
                "kinds": [_kind(each.event.payload) for each in told],
                "bodies": [each.body for each in told],
            },
        )
        return {EventId(str(row["event_id"])): row["seq"] for row in await cursor.fetchall()}


class PostgresLeads:
    """`Leads` over the tables that events add up to."""

    async def find(self, conn: Connection, keys: Collection[LeadKey]) -> Mapping[LeadKey, Lead]:
        """See `Leads.find`."""
        cursor = await conn.execute(QUERIES["find_leads"], _key_columns(keys))
        found = [rows.lead(row) for row in await cursor.fetchall()]
        return {lead.key: lead for lead in found}

    async def save(self, conn: Connection, leads: Iterable[Lead]) -> None:
        """See `Leads.save`."""
        await conn.execute(QUERIES["save_leads"], {"leads": Jsonb([rows.lead_document(lead) for lead in leads])})

    async def save_names(self, conn: Connection, leads: Collection[Lead]) -> None:
        """See `Leads.save_names`."""
        if leads:
            await conn.execute(QUERIES["save_names"], {"names": Jsonb([rows.name_document(lead) for lead in leads])})

    async def add_occurrences(self, conn: Connection, events: Sequence[Event]) -> None:
        """See `Leads.add_occurrences`."""
        messages: list[tuple[Event, TurnFinished]] = []
        judgements: list[tuple[Event, LeadQualified]] = []
        escalations: list[Event] = []
        payments: list[tuple[Event, ModelUsed]] = []
        surveys: list[tuple[Event, SurveyAnswered]] = []
        feedback: list[tuple[Event, FeedbackGiven]] = []
        passed_on: list[tuple[Event, bool]] = []
        for event in events:
            match event.payload:
                case TurnFinished(first_message_at=at) if at is not None:
                    messages.append((event, event.payload))
                case LeadQualified():
                    judgements.append((event, event.payload))
                case LeadEscalated():
                    escalations.append(event)
                case DeliverySettled(reassigned=given) if given is not None:
                    passed_on.append((event, given))
                case ModelUsed():
                    payments.append((event, event.payload))
                case SurveyAnswered():
                    surveys.append((event, event.payload))
                case FeedbackGiven():
                    feedback.append((event, event.payload))
        await _add_first_messages(conn, messages)
        await _add_qualifications(conn, judgements)
        await _add_escalations(conn, escalations)
        await _add_model_costs(conn, payments)
        await _add_surveys(conn, surveys)
        await _add_feedback(conn, feedback)
        await _add_reassignments(conn, passed_on)

    async def link_qualifications(self, conn: Connection, keys: Collection[LeadKey]) -> set[Change]:
        """See `Leads.link_qualifications`."""
        cursor = await conn.execute(QUERIES["link_qualifications"], _key_columns(keys))
        return {(row["account_id"], row["qualified_at"]) for row in await cursor.fetchall()}


class PostgresAccounts:
    """`Accounts` over the shared versioned account settings; the part of this service is empty."""

    def __init__(self, pool: Pool) -> None:
        self._store = AccountSettingsStore(Empty)
        self._cache = CachedSettings(pool, self._store)

    async def zone(self, account_id: int) -> str:
        """See `Accounts.zone`."""
        try:
            return (await self._cache.active(account_id)).clinic.time_zone
        except AccountNotFound:
            return DEFAULT_ZONE

    async def find(self, conn: Connection, account_id: int) -> AccountClinic | None:
        """See `Accounts.find`."""
        stored = await self._store.find(conn, account_id)
        return None if stored is None else AccountClinic(stored.version, clinic_from_wire(stored.clinic))

    async def put(self, conn: Connection, account_id: int, clinic: Clinic) -> tuple[int, bool]:
        """See `Accounts.put`."""
        return await self._store.put(conn, account_id, clinic_to_wire(clinic), Empty())

    def forget(self, account_id: int) -> None:
        """See `Accounts.forget`."""
        self._cache.forget(account_id)


def _kind(payload: Payload | None) -> str:
    return "" if payload is None else _KINDS[type(payload)]


def _key_columns(keys: Collection[LeadKey]) -> dict[str, object]:
    ordered = sorted(keys)
    return {
        "account_ids": [key.account_id for key in ordered],
        "contact_ids": [key.contact_id for key in ordered],
    }


def _event_columns(events: Sequence[Event]) -> dict[str, object]:
    return {
        "event_ids": [event.event_id for event in events],
        "account_ids": [event.lead.account_id for event in events],
        "contact_ids": [event.lead.contact_id for event in events],
    }


async def _add_first_messages(conn: Connection, messages: Sequence[tuple[Event, TurnFinished]]) -> None:
    if messages:
        instants = [turn.first_message_at for _, turn in messages]
        columns = _event_columns([event for event, _ in messages])
        await conn.execute(QUERIES["add_first_messages"], {**columns, "first_message_at": instants})


async def _add_qualifications(conn: Connection, judgements: Sequence[tuple[Event, LeadQualified]]) -> None:
    if judgements:
        await conn.execute(
            QUERIES["add_qualifications"],
            {
                **_event_columns([event for event, _ in judgements]),
                "qualification_ids": [judged.qualification_id for _, judged in judgements],
                "versions": [judged.version for _, judged in judgements],
                "scores": [judged.score for _, judged in judgements],
                "temperatures": [judged.temperature for _, judged in judgements],
                "qualified_at": [judged.qualified_at for _, judged in judgements],
            },
        )


async def _add_escalations(conn: Connection, events: Sequence[Event]) -> None:
    if events:
        instants = [event.occurred_at for event in events]
        await conn.execute(QUERIES["add_escalations"], {**_event_columns(events), "occurred_at": instants})


async def _add_model_costs(conn: Connection, payments: Sequence[tuple[Event, ModelUsed]]) -> None:
    if payments:
        await conn.execute(
            QUERIES["add_model_costs"],
            {
                **_event_columns([event for event, _ in payments]),
                "occurred_at": [event.occurred_at for event, _ in payments],
                "costs": [used.cost_micro_usd for _, used in payments],
            },
        )


async def _add_surveys(conn: Connection, answers: Sequence[tuple[Event, SurveyAnswered]]) -> None:
    if answers:
        await conn.execute(
            QUERIES["add_surveys"],
            {
                **_event_columns([event for event, _ in answers]),
                "message_ids": [answer.message_id for _, answer in answers],
                "ratings": [answer.rating for _, answer in answers],
                "answered_at": [event.occurred_at for event, _ in answers],
            },
        )


async def _add_feedback(conn: Connection, given: Sequence[tuple[Event, FeedbackGiven]]) -> None:
    if given:
        await conn.execute(
            QUERIES["add_feedback"],
            {
                **_event_columns([event for event, _ in given]),
                "qualification_ids": [said.qualification_id for _, said in given],
                "verdicts": [said.verdict for _, said in given],
                "given_at": [event.occurred_at for event, _ in given],
            },
        )


async def _add_reassignments(conn: Connection, passed_on: Sequence[tuple[Event, bool]]) -> None:
    if passed_on:
        await conn.execute(
            QUERIES["add_reassignments"],
            {
                **_event_columns([event for event, _ in passed_on]),
                "occurred_at": [event.occurred_at for event, _ in passed_on],
                "given": [given for _, given in passed_on],
            },
        )
