"""Rows to domain objects, and changes to JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import msgspec
from psycopg.rows import DictRow

from sdr_common.lead import Channel
from sdr_routing.domain.attributes import Written
from sdr_routing.domain.delivery import KINDS, WORDS, Attributes, Change, Delivery, State, Write
from sdr_routing.domain.outcome import ConversationRef
from sdr_routing.ports import HandOver, RefusedMessage


def change_to_json(change: Change) -> tuple[str, dict[str, object]]:
    """A change as kind and body."""
    return WORDS[type(change)], asdict(change)


def change_from_json(kind: str, body: object) -> Change:
    """The change that was stored."""
    return msgspec.convert(body, type=KINDS[kind])


def written(row: DictRow) -> Written:
    """`current` and `history` of `written_attribute`."""
    return Written(row["current"], {key: tuple(values) for key, values in row["history"].items()})


def delivery(row: DictRow) -> Delivery:
    """A row of `load`."""
    writes = tuple(_write(item) for item in row["writes"] or ())
    given = {key for write in writes if isinstance(write.change, Attributes) for key in write.change.values}
    return Delivery(
        delivery_id=str(row["delivery_id"]),
        seq=row["seq"],
        conversation=ConversationRef(
            row["account_id"], row["conversation_id"], row["contact_id"], row["inbox_id"], Channel(row["channel"])
        ),
        turn_id=row["turn_id"],
        last_message_id=row["last_message_id"],
        state=State(row["state"]),
        writes=writes,
        handing_off=row["handing_off"],
        closing=row["closing"],
        qualifying=row["qualifying"],
        team=row["team"],
        closer_email=row["closer_email"],
        traceparent=row["traceparent"],
        attempts=row["attempts"],
        retries=row["retries"],
        accepted_at=row["accepted_at"],
        settled_at=row["settled_at"],
        waiting_since=row["waiting_since"],
        superseded=frozenset(given & set(row["written_since"] or {})),
    )


def _write(item: dict[str, Any]) -> Write:  # as jsonb comes: values of several types
    settled = item["settled_at"]
    age, faulty = item["attempt_age_s"], item["faulty_for_s"]
    return Write(
        position=item["position"],
        change=change_from_json(item["kind"], item["body"]),
        sdr_key=item["sdr_key"],
        state=State(item["state"]),
        detail=item["detail"],
        message_id=item["message_id"],
        settled_at=None if settled is None else datetime.fromtimestamp(float(settled), UTC),
        attempt_age_s=None if age is None else float(age),
        refusals=item["refusals"],
        remedy=item["remedy"],
        faults=item["faults"],
        faulty_for_s=None if faulty is None else float(faulty),
    )


def hand_over(found: Sequence[DictRow]) -> HandOver | None:
    """The rows of `hand_over`, the latest first: as far back as the judgement that they follow."""
    since = next((number for number, row in enumerate(found) if row["qualification_id"]), None)
    current = next((row for row in found if row["state"] == State.DONE.value), None)
    if since is None or current is None:
        return None
    judged = found[since]
    return HandOver(
        conversation=ConversationRef(
            judged["account_id"],
            judged["conversation_id"],
            judged["contact_id"],
            judged["inbox_id"],
            Channel(judged["channel"]),
        ),
        turn_id=judged["turn_id"],
        last_message_id=judged["last_message_id"],
        team=judged["team"],
        closer_email=current["closer_email"],
        tried=tuple(row["closer_email"] for row in found[: since + 1]),
    )


def refused(row: DictRow) -> RefusedMessage:
    """A row of `find_refused`."""
    return RefusedMessage(
        delivery_id=str(row["delivery_id"]),
        seq=row["seq"],
        conversation=ConversationRef(
            row["account_id"], row["conversation_id"], row["contact_id"], row["inbox_id"], Channel(row["channel"])
        ),
        traceparent=row["traceparent"],
        settled=row["state"] != "pending",
        write=_write(row["write"]),
        settled_for_s=float(row["settled_for_s"] or 0.0),
        next_position=row["next_position"],
    )
