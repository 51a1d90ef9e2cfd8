"""The figures, counted again from raw events in the plainest way, without any of the service's code.

A period is a predicate on instants here, not a pair of bounds; "latest" is a plain maximum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb

InPeriod = Callable[[datetime], bool]
ORDER_AT_ONE_INSTANT = [
    "facts_learned",
    "turn_finished",
    "lead_qualified",
    "delivery_settled",
    "lead_escalated",
    "lead_status_changed",
]


def utc(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)


def same_period(name: str, now: datetime, zone: ZoneInfo) -> InPeriod:
    """Whether an instant lies in the day, week or month of `now`, read off a local calendar."""
    here = now.astimezone(zone)

    def inside(instant: datetime) -> bool:
        there = instant.astimezone(zone)
        return {
            "today": there.date() == here.date(),
            "week": there.isocalendar()[:2] == here.isocalendar()[:2],
            "month": (there.year, there.month) == (here.year, here.month),
        }[name]

    return inside


@dataclass
class Figures:
    new: int
    qualified: int
    temperatures: list[int]
    qualification_time: timedelta | None
    answer_time: timedelta | None
    procedures: list[tuple[str, int]]
    score: float | None
    in_progress: int
    escalated: int
    cost: int
    cost_per_new: int | None
    cost_per_qualified: int | None


@dataclass
class Counted:
    """One lead's events, the earliest first; consequences after causes."""

    events: list[pb.Event]

    def of(self, kind: str) -> list[pb.Event]:
        return [event for event in self.events if event.WhichOneof("payload") == kind]

    def messages(self) -> list[datetime]:
        turns = [event.turn_finished for event in self.of("turn_finished")]
        return [
            utc(turn.first_message_at) for turn in turns if turn.message_count and turn.HasField("first_message_at")
        ]

    def answers(self) -> list[datetime]:
        settled = [event.delivery_settled for event in self.of("delivery_settled")]
        return [utc(delivery.first_public_at) for delivery in settled if delivery.HasField("first_public_at")]

    def judgements(self) -> list[lead.Qualification]:
        found = [event.lead_qualified.qualification for event in self.of("lead_qualified")]
        return sorted(found, key=lambda one: (utc(one.qualified_at), one.version, one.qualification_id))

    def cost(self, inside: InPeriod) -> int:
        used = [event for event in self.of("model_used") if inside(utc(event.occurred_at))]
        return sum(event.model_used.cost_micro_usd for event in used)

    def procedure(self) -> str:
        wanted = ""
        for event in self.of("facts_learned"):
            for fact in event.facts_learned.facts:
                if fact.kind == lead.FACT_KIND_INTEREST:
                    wanted = fact.canonical if fact.level != "nenhum" else ""
        return wanted

    def status(self) -> int:
        last, was_answered = 0, False
        for event in self.events:
            outcome = event.turn_finished.outcome
            was_answered |= outcome == "answered"
            last = (
                event.facts_learned.status
                or event.lead_qualified.qualification.status
                or event.lead_status_changed.status
                or (lead.LEAD_STATUS_ESCALATED if event.HasField("lead_escalated") or outcome == "escalated" else 0)
                or (lead.LEAD_STATUS_OPT_OUT if outcome == "opted_out" else 0)
                or last
            )
        return last or (lead.LEAD_STATUS_IN_PROGRESS if was_answered else 0)

    def started(self, judgement: lead.Qualification) -> datetime | None:
        """The first message after the previous judgement and not after this one."""
        judgements = self.judgements()
        position = judgements.index(judgement)
        floor = utc(judgements[position - 1].qualified_at) if position else datetime.min.replace(tzinfo=UTC)
        own = [at for at in self.messages() if floor < at <= utc(judgement.qualified_at)]
        return min(own, default=None)


def leads_of(events: Iterable[pb.Event]) -> dict[int, Counted]:
    """Leads by contact, from events that may stand twice and in any order."""
    counted = [*ORDER_AT_ONE_INSTANT, "model_used"]
    unique = {event.event_id: event for event in events if event.WhichOneof("payload") in counted}
    ordered = sorted(
        unique.values(),
        key=lambda event: (
            utc(event.occurred_at),
            counted.index(str(event.WhichOneof("payload"))),
            event.event_id,
        ),
    )
    contacts = sorted({event.conversation.contact_id for event in ordered})
    return {
        contact: Counted([event for event in ordered if event.conversation.contact_id == contact])
        for contact in contacts
    }


def is_news(event: pb.Event) -> bool:
    """Whether an event makes a lead one of the list's: money does not."""
    return event.WhichOneof("payload") in ORDER_AT_ONE_INSTANT


def share(cost: int, count: int) -> int | None:
    return round(Fraction(cost, count)) if count else None


def mean(values: list[timedelta]) -> timedelta | None:
    if not values:
        return None
    micros = sum(value // timedelta(microseconds=1) for value in values)
    return timedelta(microseconds=round(Fraction(micros, len(values))))


def recount(events: Iterable[pb.Event], inside: InPeriod) -> Figures:
    """Every figure of a period."""
    leads = list(leads_of(events).values())
    new = [one for one in leads if one.messages() and inside(min(one.messages()))]
    latest = []
    for one in leads:
        judged = [judgement for judgement in one.judgements() if inside(utc(judgement.qualified_at))]
        if judged:
            latest.append((one, judged[-1]))
    times = [(one.started(judgement), judgement) for one, judgement in latest]
    cost = sum(one.cost(inside) for one in leads)
    wanted = Counter(one.procedure() for one, _ in latest if one.procedure())
    return Figures(
        new=len(new),
        qualified=len(latest),
        temperatures=[
            sum(judgement.temperature == temperature for _, judgement in latest)
            for temperature in (
                lead.TEMPERATURE_HOT,
                lead.TEMPERATURE_WARM,
                lead.TEMPERATURE_COLD,
                lead.TEMPERATURE_VERY_COLD,
            )
        ],
        qualification_time=mean([utc(judgement.qualified_at) - start for start, judgement in times if start]),
        answer_time=mean([max(min(one.answers()) - min(one.messages()), timedelta()) for one in new if one.answers()]),
        procedures=sorted(wanted.items(), key=lambda item: (-item[1], item[0]))[:10],
        score=sum(judgement.score for _, judgement in latest) / len(latest) if latest else None,
        in_progress=sum(one.status() == lead.LEAD_STATUS_IN_PROGRESS for one in leads),
        escalated=sum(any(inside(utc(event.occurred_at)) for event in one.of("lead_escalated")) for one in leads),
        cost=cost,
        cost_per_new=share(cost, len(new)),
        cost_per_qualified=share(cost, len(latest)),
    )
