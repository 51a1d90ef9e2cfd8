"""Rows as domain values and back: what is JSON in Postgres is spelled here, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sdr_common.lead import (
    Disqualification,
    DisqualificationKind,
    EndReason,
    Fact,
    FactKind,
    FactSource,
    LeadStatus,
    Sentiment,
)
from sdr_dialogue.domain.conversation import Speaker, Usage
from sdr_dialogue.domain.earlier import SUMMARY_LIMIT, Earlier
from sdr_dialogue.domain.knowledge import Citation
from sdr_dialogue.domain.turn import ConversationRef, Lead, LineChange, PastTurn, StoredLine, TurnRecord
from sdr_dialogue.domain.verdicts import Action, Check, Verdict

Row = Mapping[str, Any]
"""A row, or an object of a JSON column: their values' types are the tables' own."""


def fact_to_json(fact: Fact) -> dict[str, object]:
    """One fact, without its kind, which is the key."""
    return {
        "value": fact.value,
        "level": fact.level,
        "evidence": fact.evidence,
        "source_message_id": fact.source_message_id,
        "confidence": fact.confidence,
        "source": fact.source.value,
        "set_at": fact.set_at.isoformat(),
        "locked": fact.locked,
        "canonical": fact.canonical,
    }


def facts_to_json(facts: Mapping[FactKind, Fact]) -> dict[str, object]:
    """Facts by their published word."""
    return {kind.value: fact_to_json(fact) for kind, fact in facts.items()}


def facts_from_json(facts: Row | None) -> dict[FactKind, Fact]:
    """Facts by kind; nothing stored means none."""
    return {
        FactKind(kind): Fact(
            kind=FactKind(kind),
            value=fact["value"],
            level=fact["level"],
            evidence=fact["evidence"],
            source_message_id=fact["source_message_id"],
            confidence=fact["confidence"],
            source=FactSource(fact["source"]),
            set_at=datetime.fromisoformat(fact["set_at"]),
            locked=fact["locked"],
            canonical=fact["canonical"],
        )
        for kind, fact in (facts or {}).items()
    }


def _kind(word: str | None) -> FactKind | None:
    return FactKind(word) if word else None


def _end(word: str | None) -> EndReason | None:
    return EndReason(word) if word else None


def lead_from_row(row: Row | None) -> Lead:
    """A lead; none stored means one of whom nothing is known."""
    if row is None:
        return Lead()
    return Lead(
        facts=facts_from_json(row["facts"]),
        written={FactKind(kind): tuple(values) for kind, values in row["written"].items()},
        ended=_end(row["ended"]),
        opted_out=row["opted_out"],
        status=LeadStatus(row["status"]) if row["status"] else None,
        started_at=datetime.fromisoformat(row["started_at"]) if row["started_at"] else None,
        revision=row["revision"],
        contact_id=row["contact_id"],
    )


def line_from_row(row: Row) -> StoredLine:
    """One line."""
    return StoredLine(
        message_id=row["message_id"],
        speaker=Speaker(row["speaker"]),
        text=row["text"],
        said_at=datetime.fromisoformat(row["said_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
        deleted=row["deleted"],
        asks=_kind(row["asks"]),
        attachments=tuple(row["attachments"]),
    )


def line_to_json(line: StoredLine, conversation: ConversationRef) -> dict[str, object]:
    """One line with its place."""
    return {
        "account_id": conversation.account_id,
        "conversation_id": conversation.conversation_id,
        "message_id": line.message_id,
        "speaker": line.speaker.value,
        "text": line.text,
        "said_at": line.said_at.isoformat(),
        "changed_at": line.changed_at.isoformat(),
        "deleted": line.deleted,
        "asks": line.asks.value if line.asks else None,
        "attachments": list(line.attachments),
    }


def change_to_json(change: LineChange, conversation: ConversationRef) -> dict[str, object]:
    """One edit or deletion with its place."""
    return {
        "account_id": conversation.account_id,
        "conversation_id": conversation.conversation_id,
        "message_id": change.message_id,
        "text": change.text,
        "changed_at": change.changed_at.isoformat(),
        "deleted": change.deleted,
    }


def disqualification_to_json(value: Disqualification | None) -> dict[str, object] | None:
    """None stays None."""
    if value is None:
        return None
    return {"kind": value.kind.value, "quote": value.quote, "source_message_id": value.source_message_id}


def _disqualification(value: Row | None) -> Disqualification | None:
    if value is None:
        return None
    return Disqualification(DisqualificationKind(value["kind"]), value["quote"], value["source_message_id"])


def turn_from_row(row: Row) -> PastTurn:
    """One turn; without `learned` and `before` where the query left them out."""
    return PastTurn(
        turn_id=row["turn_id"],
        message_ids=tuple(row["message_ids"]),
        answered_at=datetime.fromisoformat(row["answered_at"]),
        reply=row["reply"],
        asks=_kind(row["asks"]),
        confirmed=row["confirmed"],
        superseded=row["superseded"],
        nudge=row["nudge"],
        learned=facts_from_json(row.get("learned")),
        before=facts_from_json(row.get("before")),
        ended=_end(row["ended"]),
        opted_out=row["opted_out"],
        disqualification=_disqualification(row["disqualification"]),
        sentiment=Sentiment(row["sentiment"]) if row.get("sentiment") else None,
    )


def citation_to_json(citation: Citation) -> dict[str, object]:
    """One citation."""
    return {"passage_id": citation.passage_id, "document_id": citation.document_id, "title": citation.title}


def record_from_row(row: Row) -> TurnRecord:
    """One turn for people."""
    learned = facts_from_json(row["learned"])
    return TurnRecord(
        turn_id=row["turn_id"],
        answered_at=row["answered_at"],
        message_ids=tuple(row["message_ids"]),
        reply=row["reply"],
        asks=_kind(row["asks"]),
        learned=tuple(learned[kind] for kind in FactKind if kind in learned),
        engine=row["engine"],
        prompt_version=row["prompt_version"],
        settings_version=row["settings_version"],
        usage=Usage(row["input_tokens"], row["output_tokens"], row["cost_micro_usd"]),
        sentiment=Sentiment(row["sentiment"]) if row["sentiment"] else None,
        verdicts=tuple(
            Verdict(Check(item["check"]), Action(item["action"]), item["count"]) for item in row["verdicts"]
        ),
        citations=tuple(Citation(**citation) for citation in row["citations"]),
        knowledge_version=row["knowledge_version"],
        prompt_number=row["prompt_number"] or 0,
    )


def verdict_to_json(verdict: Verdict) -> dict[str, object]:
    """One finding of the guards."""
    return {"check": verdict.check.value, "action": verdict.action.value, "count": verdict.count}


def lead_parameters(ref: ConversationRef, lead: Lead) -> dict[str, object]:
    """What writing a lead needs."""
    return {
        "account_id": ref.account_id,
        "conversation_id": ref.conversation_id,
        "contact_id": ref.contact_id,
        "lead_id": lead.contact_id or ref.contact_id,
        "facts": json_text(facts_to_json(lead.facts)),
        "written": json_text({kind.value: list(values) for kind, values in lead.written.items()}),
        "lead_ended": lead.ended.value if lead.ended else None,
        "lead_opted_out": lead.opted_out,
        "status": lead.status.value if lead.status else None,
        "started_at": lead.started_at,
        "revision": lead.revision,
    }


def earlier_from_row(row: Row) -> Earlier:
    """An earlier conversation, its summary shortened."""
    return Earlier(datetime.fromisoformat(row["created_at"]), row["summary"][:SUMMARY_LIMIT])


def json_text(value: object) -> str:
    """A value as the JSON text that a parameter takes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
