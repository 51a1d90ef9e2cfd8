"""The operators' view on the wire."""

from __future__ import annotations

import base64

from google.protobuf.timestamp_pb2 import Timestamp

from sdr.gateway.v1 import operations_pb2 as pb
from sdr_common.errors import InvalidPageToken
from sdr_gateway.domain.timeline import Item, failed_text, last_fault
from sdr_gateway.operations.timeline_ports import FailedTurn


def timeline_item(item: Item, trace_url_template: str = "") -> pb.TimelineItem:
    """One thing that happened.

    Args:
        item: As it is known.
        trace_url_template: Where a trace is seen, {trace_id} in it; empty: nowhere.
    """
    return pb.TimelineItem(
        happened_at=_instant(item.at),
        what=item.what,
        turn_id=item.turn,
        text=item.text,
        reason=item.reason,
        message_ids=item.message_ids,
        delivery_id=item.delivery_id,
        trace_id=item.trace_id,
        trace_url=trace_url_template.replace("{trace_id}", item.trace_id) if item.trace_id else "",
    )


def failed_turn(turn: FailedTurn) -> pb.FailedTurn:
    """A turn that was given up."""
    reason = last_fault(turn.setbacks)
    return pb.FailedTurn(
        turn_id=turn.turn,
        conversation_id=turn.conversation_id,
        given_up_at=_instant(turn.given_up_at),
        attempts=turn.attempt,
        reason=reason,
        text=failed_text(turn.turn, turn.attempt, reason),
    )


def turn_token(before: int, of: str) -> str:
    """Where the next page of a list begins; `of` names the list; 0: there is none."""
    return base64.urlsafe_b64encode(f"{of}:{before}".encode()).decode() if before else ""


def turn_from_token(token: str, of: str) -> int:
    """The turn before which a page begins; 0: the first page.

    Raises:
        InvalidPageToken: it is none of this list's.
    """
    if not token:
        return 0
    try:
        word, _, number = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode().rpartition(":")
        turn = int(number)
    except ValueError:
        raise InvalidPageToken from None
    if word != of or not 0 < turn < 2**63:
        raise InvalidPageToken
    return turn


def _instant(seconds: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromMicroseconds(round(seconds * 1_000_000))
    return stamp
