"""A report's figures, counted again from raw events in the plainest way, without any of the service's code."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2 as pb
from sdr.reporting.v1 import reporting_pb2
from tests.integration.reporting.recount import Counted, InPeriod, is_news, leads_of, mean, share, utc

_WORDS = {
    lead.TEMPERATURE_HOT: "quente",
    lead.TEMPERATURE_WARM: "morno",
    lead.TEMPERATURE_COLD: "frio",
    lead.TEMPERATURE_VERY_COLD: "muito_frio",
}
_FACTS = {
    lead.FACT_KIND_NAME: "nome",
    lead.FACT_KIND_INTEREST: "interesse",
    lead.FACT_KIND_URGENCY: "urgencia",
    lead.FACT_KIND_KNOWLEDGE: "conhecimento",
    lead.FACT_KIND_LOCATION: "localizacao",
    lead.FACT_KIND_MOTIVATION: "motivacao",
}
_CHANNELS = {lead.CHANNEL_WHATSAPP: "whatsapp", lead.CHANNEL_INSTAGRAM: "instagram"}
Span = tuple[datetime, datetime]


def within(span: Span) -> InPeriod:
    start, until = span
    return lambda instant: start <= instant < until


class Lead:
    """One lead: who it is, read off its events one by one."""

    def __init__(self, counted: Counted, asides: Sequence[reporting_pb2.Event]) -> None:
        self.counted = counted
        self.came_at = min(counted.messages(), default=None)
        answers = counted.answers()
        self.answer = None
        if self.came_at is not None and answers:
            self.answer = max(min(answers) - self.came_at, timedelta())
        judgements = counted.judgements()
        self.judgement = judgements[-1] if judgements else None
        self.channel = self.inbox = self.closer = self.asked = ""
        for event in filter(is_news, counted.events):
            self.channel = _CHANNELS.get(event.conversation.channel, self.channel)
            self.inbox = str(event.conversation.inbox_id or self.inbox)
            settled = event.delivery_settled
            if settled.team or settled.closer_email:
                self.closer = settled.closer_email
            self.asked = _FACTS.get(event.turn_finished.asked, self.asked)
        self.outcome, self.outcome_at = lead.LEAD_OUTCOME_OPEN, None
        for event in asides:
            if event.HasField("outcome_recorded") and event.outcome_recorded.outcome:
                self.outcome, self.outcome_at = event.outcome_recorded.outcome, utc(event.occurred_at)

    @property
    def temperature(self) -> str:
        return "" if self.judgement is None else _WORDS[self.judgement.temperature]

    def judged_in(self, inside: InPeriod) -> lead.Qualification | None:
        judged = [one for one in self.counted.judgements() if inside(utc(one.qualified_at))]
        return judged[-1] if judged else None


class Recount:
    """All that is known of an account."""

    def __init__(self, events: Iterable[reporting_pb2.Event]) -> None:
        told = sorted(
            {event.event_id: event for event in events}.values(),
            key=lambda event: (utc(event.occurred_at), event.event_id),
        )
        self.told = told
        asides = [event for event in told if event.WhichOneof("payload") == "outcome_recorded"]
        self.leads = [
            Lead(counted, [event for event in asides if event.conversation.contact_id == contact])
            for contact, counted in leads_of(told).items()
            if any(event.WhichOneof("payload") != "model_used" for event in counted.events)
        ]
        self.paid = [event for event in told if event.HasField("model_used")]

    def came(self, inside: InPeriod) -> list[Lead]:
        return [one for one in self.leads if one.came_at is not None and inside(one.came_at)]

    def figures(self, inside: InPeriod) -> pb.ReportFigures:
        came = self.came(inside)
        statuses = Counter(one.counted.status() for one in came)
        latest = [(one, judged) for one in self.leads if (judged := one.judged_in(inside)) is not None]
        took = [
            utc(judged.qualified_at) - started
            for one, judged in latest
            if (started := one.counted.started(judged)) is not None
        ]
        temperatures = Counter(judged.temperature for _, judged in latest)
        told = [one for one in self.leads if one.outcome_at is not None and inside(one.outcome_at)]
        cost = self.cost(inside)
        completed = statuses[lead.LEAD_STATUS_QUALIFIED] + statuses[lead.LEAD_STATUS_COMPLETE]
        return pb.ReportFigures(
            new_lead_count=len(came),
            answered_lead_count=sum(one.answer is not None for one in came),
            judged_lead_count=sum(one.judgement is not None for one in came),
            completed_lead_count=completed,
            warm_lead_count=sum(one.temperature in {"quente", "morno"} for one in came),
            abandoned_lead_count=statuses[lead.LEAD_STATUS_INCOMPLETE],
            in_progress_lead_count=statuses[lead.LEAD_STATUS_IN_PROGRESS],
            won_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_WON for one in came),
            lost_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_LOST for one in came),
            success_ratio=completed / len(came) if came else None,
            first_answer=times([one.answer for one in came if one.answer is not None]),
            qualified_lead_count=len(latest),
            by_temperature=[
                reporting_pb2.TemperatureCount(temperature=which, lead_count=temperatures[which]) for which in _WORDS
            ],
            average_score=sum(judged.score for _, judged in latest) / len(latest) if latest else None,
            qualification=times(took),
            escalated_lead_count=sum(
                any(inside(utc(event.occurred_at)) for event in one.counted.of("lead_escalated")) for one in self.leads
            ),
            sold_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_WON for one in told),
            missed_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_LOST for one in told),
            cost_micro_usd=cost,
            cost_per_new_lead_micro_usd=share(cost, len(came)),
            cost_per_qualified_lead_micro_usd=share(cost, len(latest)),
            satisfaction=self.satisfaction(inside),
            agreement=self.agreement(inside),
        )

    def cost(self, inside: InPeriod) -> int:
        return sum(event.model_used.cost_micro_usd for event in self.paid if inside(utc(event.occurred_at)))

    def satisfaction(self, inside: InPeriod) -> pb.Satisfaction:
        latest = {}
        for event in self.told:
            if event.HasField("survey_answered") and 1 <= event.survey_answered.rating <= 5:
                latest[event.survey_answered.message_id] = event
        ratings = [event.survey_answered.rating for event in latest.values() if inside(utc(event.occurred_at))]
        counts = [ratings.count(rating) for rating in range(1, 6)]
        return pb.Satisfaction(
            answer_count=len(ratings),
            count_by_rating=counts,
            average=sum(ratings) / len(ratings) if ratings else None,
            net_promoter=float(Fraction(100 * (counts[4] - sum(counts[:3])), len(ratings))) if ratings else None,
        )

    def agreement(self, inside: InPeriod) -> pb.Agreement:
        latest = {}
        for event in self.told:
            if event.HasField("feedback_given") and event.feedback_given.verdict:
                latest[event.feedback_given.qualification_id] = event
        said = Counter(event.feedback_given.verdict for event in latest.values() if inside(utc(event.occurred_at)))
        return pb.Agreement(
            right_count=said[lead.JUDGEMENT_VERDICT_RIGHT],
            too_high_count=said[lead.JUDGEMENT_VERDICT_TOO_HIGH],
            too_low_count=said[lead.JUDGEMENT_VERDICT_TOO_LOW],
        )

    def rows(self, inside: InPeriod, key: Callable[[Lead], str], order: Sequence[str] = ()) -> list[pb.ReportRow]:
        came = self.came(inside)
        counts = Counter(key(one) for one in came)
        keys = order or sorted(counts, key=lambda each: (-counts[each], each))
        return [_row(each, [one for one in came if key(one) == each]) for each in keys]

    def report(self, span: Span, previous: Span, zone: ZoneInfo, step: str) -> pb.GetReportResponse:
        inside = within(span)
        gave_up = Counter(one.asked for one in self.came(inside) if one.counted.status() == lead.LEAD_STATUS_INCOMPLETE)
        return pb.GetReportResponse(
            figures=self.figures(inside),
            previous=self.figures(within(previous)),
            by_temperature=self.rows(inside, lambda one: one.temperature, [*_WORDS.values(), ""]),
            by_channel=self.rows(inside, lambda one: one.channel),
            by_inbox=self.rows(inside, lambda one: one.inbox),
            by_procedure=self.rows(inside, lambda one: one.counted.procedure()),
            by_closer=self.rows(inside, lambda one: one.closer),
            by_hour=self.rows(inside, lambda one: str(_local(one, zone).hour), list(map(str, range(24)))),
            abandoned_at=[
                pb.AbandonedAt(fact=fact, lead_count=count)
                for fact, count in sorted(gave_up.items(), key=lambda item: (-item[1], item[0]))
            ],
            series=self.series(span, zone, step),
        )

    def series(self, span: Span, zone: ZoneInfo, step: str) -> list[pb.ReportPoint]:
        """Part by part: whatever lies in a part has the part's first day, read off a local calendar."""
        inside = within(span)
        days = []
        day = span[0].astimezone(zone).date()
        while day <= (span[1] - timedelta(microseconds=1)).astimezone(zone).date():
            days.append(first_of(day, step))
            day += timedelta(days=1)
        points = []
        for part in sorted(set(days)):

            def here(instant: datetime, part: date = part) -> bool:
                return inside(instant) and first_of(instant.astimezone(zone).date(), step) == part

            judged = [one for each in self.leads if (one := each.judged_in(inside)) and here(utc(one.qualified_at))]
            warmth = Counter(_WORDS[one.temperature] for one in judged)
            told = [one for one in self.leads if one.outcome_at is not None and here(one.outcome_at)]
            points.append(
                pb.ReportPoint(
                    date=part.isoformat(),
                    new_lead_count=len(self.came(here)),
                    qualified_lead_count=len(judged),
                    hot_lead_count=warmth["quente"],
                    warm_lead_count=warmth["morno"],
                    cold_lead_count=warmth["frio"],
                    very_cold_lead_count=warmth["muito_frio"],
                    average_score=sum(one.score for one in judged) / len(judged) if judged else None,
                    sold_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_WON for one in told),
                    missed_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_LOST for one in told),
                    cost_micro_usd=self.cost(here),
                )
            )
        return points


def first_of(day: date, step: str) -> date:
    """The first day of the part that a day lies in."""
    if step == "week":
        return date.fromisocalendar(*day.isocalendar()[:2], 1)
    return day.replace(day=1) if step == "month" else day


def times(taken: list[timedelta]) -> pb.TimesTaken:
    told = pb.TimesTaken(count=len(taken))
    if taken:
        ordered = sorted(taken)
        average = mean(taken)
        assert average is not None
        told.average.FromTimedelta(average)
        for field, ratio in ((told.p50, 0.5), (told.p90, 0.9), (told.p95, 0.95)):
            field.FromTimedelta(ordered[math.ceil(ratio * len(ordered)) - 1])
    return told


def _local(one: Lead, zone: ZoneInfo) -> datetime:
    assert one.came_at is not None
    return one.came_at.astimezone(zone)


def _row(key: str, leads: Sequence[Lead]) -> pb.ReportRow:
    judged = [one.judgement for one in leads if one.judgement is not None]
    return pb.ReportRow(
        key=key,
        new_lead_count=len(leads),
        judged_lead_count=len(judged),
        hot_lead_count=sum(one.temperature == "quente" for one in leads),
        warm_lead_count=sum(one.temperature in {"quente", "morno"} for one in leads),
        won_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_WON for one in leads),
        lost_lead_count=sum(one.outcome == lead.LEAD_OUTCOME_LOST for one in leads),
        average_score=sum(one.score for one in judged) / len(judged) if judged else None,
    )
