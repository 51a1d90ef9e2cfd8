from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.postgres import make_pool
from sdr_reporting.operations_days import DayWork
from sdr_reporting.store.days import PostgresDays
from sdr_reporting.store.postgres import PostgresAccounts
from sdr_reporting.store.reports import PostgresReports
from tests.integration.reporting.conftest import Reporting, timestamp
from tests.integration.reporting.recount import Figures, is_news, leads_of, recount, same_period, utc
from tests.integration.reporting.recount_report import Recount, Span

ZONES = [
    "America/Sao_Paulo",
    "America/Noronha",
    "UTC",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "America/New_York",
]
ACCOUNTS = itertools.count(1000)
"""Each example has an account of its own: one database serves them all."""

BASE = datetime.now(UTC).replace(microsecond=0)
MINUTES_AGO = st.integers(0, 3 * 24 * 60) | st.integers(0, 45 * 24 * 60) | st.sampled_from([60, 120, 180])
INSTANTS = st.builds(
    lambda minutes, micros: BASE - timedelta(minutes=minutes, microseconds=micros),
    MINUTES_AGO,
    st.sampled_from([0, 0, 1, 250_001]),
)
STATUSES = st.sampled_from(lead.LeadStatus.values())
COSTS = st.integers(0, 9) | st.integers(0, 2**50)
UUIDS = st.uuids().map(str)


def _facts(instant: datetime, slug: str | None, level: str) -> list[lead.Fact]:
    if slug is None:
        return []
    return [
        lead.Fact(
            kind=lead.FACT_KIND_INTEREST,
            value="interesse",
            level=level,
            canonical=slug,
            source=lead.FACT_SOURCE_LEAD,
            set_at=timestamp(instant),
        )
    ]


JUDGEMENTS = [str(uuid.UUID(int=number)) for number in (1, 2)]
ASIDES: dict[str, st.SearchStrategy[dict[str, object]]] = {
    "outcome": st.builds(
        lambda outcome: {"outcome_recorded": pb.OutcomeRecorded(outcome=outcome)},
        st.sampled_from(lead.LeadOutcome.values()),
    ),
    "survey": st.builds(
        lambda message_id, rating: {"survey_answered": pb.SurveyAnswered(message_id=message_id, rating=rating)},
        st.integers(1, 3),
        st.integers(0, 6),
    ),
    "feedback": st.builds(
        lambda judgement, verdict: {"feedback_given": pb.FeedbackGiven(qualification_id=judgement, verdict=verdict)},
        st.sampled_from(JUDGEMENTS),
        st.sampled_from(lead.JudgementVerdict.values()),
    ),
}
"""What is said of leads and makes nobody one."""


@st.composite
def payloads(draw: st.DrawFn, instant: datetime) -> dict[str, object]:
    """What happened at an instant."""
    kind = draw(
        st.sampled_from(
            [
                *("turn", "turn", "facts", "judged", "judged", "settled", "escalated", "status"),
                *("paid", "paid", "budget", "newer", "outcome", "outcome", "survey", "survey", "feedback"),
            ]
        )
    )
    if kind in ASIDES:
        return draw(ASIDES[kind])
    return draw(news(kind, instant))


@st.composite
def news(draw: st.DrawFn, kind: str, instant: datetime) -> dict[str, object]:
    """What is news of a lead, or money, or of a kind that is not counted."""
    near = draw(st.integers(-120, 5))
    other = timestamp(instant + timedelta(minutes=near))
    if kind == "turn":
        return {
            "turn_finished": pb.TurnFinished(
                turn_id=1,
                message_count=draw(st.integers(0, 2)),
                first_message_at=draw(st.sampled_from([None, other, other])),
                outcome=draw(st.sampled_from(["answered", "answered", "paused", "escalated", "opted_out"])),
                asked=draw(st.sampled_from(lead.FactKind.values())),
            )
        }
    if kind == "facts":
        slug = draw(st.sampled_from([None, "", "botox", "laser", "peeling"]))
        level = draw(st.sampled_from(["especifico", "generico", "nenhum"]))
        repeated_cost = draw(COSTS)
        return {
            "facts_learned": pb.FactsLearned(
                facts=_facts(instant, slug, level), status=draw(STATUSES), cost_micro_usd=repeated_cost
            )
        }
    if kind == "judged":
        qualification = lead.Qualification(
            qualification_id=draw(UUIDS),
            version=draw(st.integers(1, 3)),
            score=draw(st.integers(0, 130)),
            temperature=draw(st.sampled_from(lead.Temperature.values()[1:])),
            status=draw(STATUSES),
            qualified_at=timestamp(instant),
        )
        return {"lead_qualified": pb.LeadQualified(qualification=qualification)}
    if kind == "settled":
        closer = draw(st.sampled_from(["", "", "ana@c.example", "bia@c.example"]))
        first_public_at = draw(st.sampled_from([None, other]))
        return {"delivery_settled": pb.DeliverySettled(first_public_at=first_public_at, closer_email=closer)}
    if kind == "paid":
        return {"model_used": pb.ModelUsed(cost_micro_usd=draw(COSTS))}
    if kind == "budget":
        return {"budget_reached": pb.BudgetReached(cost_micro_usd=draw(COSTS))}
    if kind == "escalated":
        return {"lead_escalated": pb.LeadEscalated()}
    return {"lead_status_changed": pb.LeadStatusChanged(status=draw(STATUSES))} if kind == "status" else {}


@st.composite
def events(draw: st.DrawFn) -> pb.Event:
    """An event of one of four leads of no account yet."""
    instant = draw(INSTANTS)
    return pb.Event(
        event_id=draw(UUIDS),
        occurred_at=timestamp(instant),
        conversation=lead.ConversationRef(
            conversation_id=draw(st.integers(1, 2)),
            contact_id=draw(st.integers(1, 4)),
            inbox_id=draw(st.sampled_from([0, 4, 9])),
            channel=draw(st.sampled_from([lead.CHANNEL_UNSPECIFIED, lead.CHANNEL_WHATSAPP, lead.CHANNEL_INSTAGRAM])),
        ),
        **draw(payloads(instant)),  # type: ignore[arg-type]  # exactly one message of the oneof, or none
    )


def the_first_turn() -> pb.Event:
    """What makes the days of two weeks be counted, whatever is drawn."""
    instant = timestamp(BASE - timedelta(days=13))
    return pb.Event(
        event_id=str(uuid.UUID(int=7)),
        occurred_at=instant,
        conversation=lead.ConversationRef(conversation_id=1, contact_id=1, inbox_id=4, channel=lead.CHANNEL_WHATSAPP),
        turn_finished=pb.TurnFinished(turn_id=1, message_count=1, first_message_at=instant, outcome="answered"),
    )


def figures(overview: pb.GetOverviewResponse) -> Figures:
    has = overview.HasField
    return Figures(
        new=overview.new_lead_count,
        qualified=overview.qualified_lead_count,
        temperatures=[each.lead_count for each in overview.by_temperature],
        qualification_time=(
            overview.average_qualification_time.ToTimedelta() if has("average_qualification_time") else None
        ),
        answer_time=overview.average_first_answer_time.ToTimedelta() if has("average_first_answer_time") else None,
        procedures=[(each.procedure, each.lead_count) for each in overview.top_procedures],
        score=overview.average_score if has("average_score") else None,
        in_progress=overview.in_progress_lead_count,
        escalated=overview.escalated_lead_count,
        cost=overview.cost_micro_usd,
        cost_per_new=overview.cost_per_new_lead_micro_usd if has("cost_per_new_lead_micro_usd") else None,
        cost_per_qualified=(
            overview.cost_per_qualified_lead_micro_usd if has("cost_per_qualified_lead_micro_usd") else None
        ),
    )


def same(one: Figures, other: Figures) -> bool:
    """Equal but for the last digit of a mean score."""
    score, other_score = one.score, other.score
    one.score = other.score = None
    close = score == other_score or (score is not None and score == pytest.approx(other_score))
    return one == other and close


async def in_named_period(
    reporting: Reporting, account_id: int, name: str, zone: str, told: list[pb.Event]
) -> tuple[Figures, Figures]:
    """What the service counts and what a recount does, on one local day."""
    while True:
        today = datetime.now(ZoneInfo(zone)).date()
        counted = figures(await reporting.overview(name, account_id=account_id))
        expected = recount(told, same_period(name, datetime.now(UTC), ZoneInfo(zone)))
        if datetime.now(ZoneInfo(zone)).date() == today:
            return counted, expected


async def assert_reports_equal_a_recount(
    reporting: Reporting, account_id: int, zone: str, told: list[pb.Event], span: Span
) -> None:
    """Reports of a named and of a free period, cut each way, against a recount of all that they say."""
    counted = Recount(told)
    for name, ends, step in [("month", None, "day"), ("", span, "week"), ("", span, "month")]:
        start, until = ends or (None, None)
        report = await reporting.report(name, start=start, until=until, account_id=account_id, step=step)
        bounds = (utc(getattr(report, "from")), utc(report.until))
        previous = (utc(report.previous_from), utc(report.previous_until))
        assert ends is None or (bounds, previous[1]) == (ends, ends[0])
        for bound in ("from", "until", "previous_from", "previous_until", "time_zone", "step"):
            report.ClearField(bound)
        assert report == counted.report(bounds, previous, ZoneInfo(zone), step)


async def all_pages(reporting: Reporting, account_id: int) -> list[pb.LeadSummary]:
    leads: list[pb.LeadSummary] = []
    token = ""
    while True:
        request = pb.ListLeadsRequest(account_id=account_id, page_size=2, page_token=token)
        page = await reporting.list_leads(request)
        leads += page.leads
        token = page.next_page_token
        if not token:
            return leads


@pytest.fixture
async def day_work(reporting: Reporting) -> AsyncIterator[DayWork]:
    """What counts days, beside a service that does not count any during the test."""
    async with make_pool(reporting.url, "reporting", name="test", max_size=2) as pool:
        yield DayWork(pool, PostgresDays(), PostgresReports(), PostgresAccounts(pool), lambda: datetime.now(UTC))


async def tell(reporting: Reporting, order: list[pb.Event], size: int) -> int:
    """Tells events in batches at the same time; gives how many were new in all."""
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    return sum(await asyncio.gather(*(reporting.record(*batch) for batch in batches)))


@pytest.mark.thorough
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(events(), min_size=1, max_size=16, unique_by=lambda event: event.event_id), data=st.data())
async def test_every_figure_equals_a_recount_of_the_raw_events(
    reporting: Reporting, day_work: DayWork, drawn: list[pb.Event], data: st.DataObject
) -> None:
    account_id = next(ACCOUNTS)
    drawn = [the_first_turn(), *drawn]
    namespace = uuid.UUID(int=account_id)
    for event in drawn:
        # Hypothesis replays examples: the same event of another example is another event.
        event.event_id = str(uuid.uuid5(namespace, event.event_id))
        judged = event.lead_qualified.qualification if event.HasField("lead_qualified") else None
        if judged is not None:
            judged.qualification_id = str(uuid.uuid5(namespace, judged.qualification_id))
        event.conversation.account_id = account_id
    zone = data.draw(st.sampled_from(ZONES))
    await reporting.put_settings(zone, account_id=account_id)
    repeated = data.draw(st.lists(st.sampled_from(drawn), max_size=6))
    order = [drawn[0], *data.draw(st.permutations(drawn[1:] + repeated))]
    size, early = data.draw(st.integers(1, 6)), data.draw(st.integers(1, len(order)))
    new = await tell(reporting, order[:early], size)
    # What is told afterwards changes days that are counted already.
    while await day_work.count(account_id):
        pass
    assert new + await tell(reporting, order[early:], size) == len(drawn)
    if data.draw(st.booleans()):
        await day_work.count(account_id)

    for name in ("today", "week", "month"):
        counted, expected = await in_named_period(reporting, account_id, name, zone, drawn)
        assert same(counted, expected), name

    start = data.draw(INSTANTS)
    until = start + timedelta(minutes=data.draw(st.integers(0, 30 * 24 * 60)))
    counted = figures(await reporting.overview(start=start, until=until, account_id=account_id))
    assert same(counted, recount(drawn, lambda instant: start <= instant < until))

    await assert_reports_equal_a_recount(reporting, account_id, zone, drawn, (start, until + timedelta(minutes=1)))
    listed = await all_pages(reporting, account_id)
    leads = leads_of(drawn)
    news = {contact: [event for event in one.events if is_news(event)] for contact, one in leads.items()}
    newest = {contact: max(utc(event.occurred_at) for event in its) for contact, its in news.items() if its}
    expected_order = sorted(newest, key=lambda contact: (newest[contact], contact), reverse=True)
    assert [item.contact_id for item in listed] == expected_order
    for item in listed:
        one = leads[item.contact_id]
        judgements = one.judgements()
        assert item.status == one.status()
        assert item.procedure == one.procedure()
        assert item.cost_micro_usd == one.cost(lambda _: True)
        assert item.qualification_id == (judgements[-1].qualification_id if judgements else "")
        assert item.HasField("first_message_at") == bool(one.messages())
