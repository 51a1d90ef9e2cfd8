"""Insights between the contract and the domain."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from sdr.dialogue.v1 import insights_pb2 as pb
from sdr_common.errors import InvalidField
from sdr_common.lead_proto import timestamp_from_wire, timestamp_to_wire
from sdr_dialogue.domain.insights import Said, Theme, example_of
from sdr_dialogue.operations_insights import Insights


def period(request: pb.GetInsightsRequest) -> tuple[datetime, datetime]:
    """The ends of the period.

    Raises:
        InvalidField: an instant is outside the years 1 to 9999.
    """
    start: Timestamp = getattr(request, "from")  # a word of Python's
    return _instant(start, "from"), _instant(request.until, "until")


def _instant(value: Timestamp, field: str) -> datetime:
    try:
        return timestamp_from_wire(value)
    except (ValueError, OverflowError) as error:
        raise InvalidField(field, "must be in the years 1 to 9999") from error


def insights_to_wire(insights: Insights) -> pb.GetInsightsResponse:
    """What a period teaches."""
    return pb.GetInsightsResponse(
        line_count=insights.line_count,
        cut=insights.cut,
        keywords=[
            pb.Keyword(word=theme.name, conversation_count=theme.conversation_count, examples=_examples(theme))
            for theme in insights.keywords
        ],
        objections=[
            pb.Objection(kind=theme.name, conversation_count=theme.conversation_count, examples=_examples(theme))
            for theme in insights.objections
        ],
        unanswered=[
            pb.OpenQuestion(question=asked.question, asked_count=asked.count, conversation_ids=asked.conversation_ids)
            for asked in insights.unanswered
        ],
        suggestions=[
            pb.Suggestion(
                target=each.target,
                reason=each.reason,
                about=each.about,
                conversation_count=each.conversation_count,
                conversation_ids=each.conversation_ids,
            )
            for each in insights.suggestions
        ],
    )


def _examples(theme: Theme) -> list[pb.SaidExample]:
    return [_example(line) for line in theme.examples]


def _example(line: Said) -> pb.SaidExample:
    return pb.SaidExample(
        conversation_id=line.conversation_id, text=example_of(line), said_at=timestamp_to_wire(line.said_at)
    )
