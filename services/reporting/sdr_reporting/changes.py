"""Events as what open panels hear of them: ids and words, no name, no text."""

from __future__ import annotations

from collections.abc import Iterable

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1.reporting_pb2 import Event
from sdr_common.live_events import LiveEvent

_SILENT = {"model_used"}
"""No news of a lead, and many."""


def changes(events: Iterable[Event]) -> list[LiveEvent]:
    """The events that a panel shows something of."""
    found = []
    for event in events:
        kind = event.WhichOneof("payload")
        if kind is not None and kind not in _SILENT:
            found.append(LiveEvent(event.conversation.account_id, kind, _detail(event, kind)))
    return found


def _detail(event: Event, kind: str) -> dict[str, str | int]:
    detail: dict[str, str | int] = {
        "event_id": event.event_id,
        "occurred_at": event.occurred_at.ToJsonString(),
        "conversation_id": str(event.conversation.conversation_id),
        "contact_id": str(event.conversation.contact_id),
    }
    if kind == "lead_qualified":
        judged = event.lead_qualified.qualification
        detail["temperature"] = lead.Temperature.Name(judged.temperature)
        detail["score"] = judged.score
    elif kind == "lead_status_changed":
        detail["status"] = lead.LeadStatus.Name(event.lead_status_changed.status)
    elif kind == "turn_finished":
        detail["outcome"] = event.turn_finished.outcome
    elif kind == "delivery_settled":
        detail["outcome"] = event.delivery_settled.outcome
        detail["delivery_id"] = event.delivery_settled.delivery_id
    return detail
