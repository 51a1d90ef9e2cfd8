from __future__ import annotations

from datetime import timedelta

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting.conftest import (
    Reporting,
    a_turn,
    an_event,
    at,
    delivered,
    escalated,
    judged,
    learned,
    paid,
    survey,
    told_outcome,
)


async def the_day(reporting: Reporting, step: str = "") -> report_pb2.GetReportResponse:
    """The report of 2 March 2026 of UTC."""
    return await reporting.report(start=at(-12 * 60), until=at(12 * 60), step=step)


async def a_day(reporting: Reporting) -> report_pb2.GetReportResponse:
    """Two leads of a day, one sold, one that gave up when asked for its urgency."""
    await reporting.put_settings("UTC")
    gave_up = a_turn(30, contact_id=2)
    gave_up.turn_finished.asked = lead.FACT_KIND_URGENCY
    await reporting.record(
        *(a_turn(0, contact_id=1), learned(1, contact_id=1, procedure="botox")),
        *(judged(10, contact_id=1, score=95, temperature=lead.TEMPERATURE_HOT), paid(1, 900, contact_id=1)),
        *(delivered(0.5, contact_id=1, closer="ana@c.example"), told_outcome(90, lead.LEAD_OUTCOME_WON, contact_id=1)),
        *(gave_up, delivered(32, contact_id=2), survey(50, 5, contact_id=1), survey(51, 2, contact_id=2, message_id=7)),
        judged(40, contact_id=2, score=30, temperature=lead.TEMPERATURE_COLD, status=lead.LEAD_STATUS_INCOMPLETE),
        escalated(-1, contact_id=1),
    )
    return await the_day(reporting)


async def test_a_report_tells_who_came_and_what_became_of_them(reporting: Reporting) -> None:
    figures = (await a_day(reporting)).figures
    assert (figures.new_lead_count, figures.answered_lead_count, figures.judged_lead_count) == (2, 2, 2)
    assert (figures.completed_lead_count, figures.abandoned_lead_count, figures.won_lead_count) == (1, 1, 1)
    assert (figures.success_ratio, figures.average_score) == (0.5, 62.5)
    assert (figures.first_answer.average.ToTimedelta(), figures.first_answer.p95.ToTimedelta()) == (
        timedelta(seconds=75),
        timedelta(seconds=120),
    )
    assert (figures.escalated_lead_count, figures.sold_lead_count, figures.cost_micro_usd) == (1, 1, 900)
    assert (figures.cost_per_new_lead_micro_usd, figures.cost_per_qualified_lead_micro_usd) == (450, 450)


async def test_a_report_tells_leads_apart(reporting: Reporting) -> None:
    report = await a_day(reporting)
    assert [(row.key, row.new_lead_count, row.won_lead_count) for row in report.by_procedure] == [
        ("", 1, 0),
        ("botox", 1, 1),
    ]
    assert [(row.key, row.new_lead_count) for row in report.by_closer] == [("", 1), ("ana@c.example", 1)]
    assert [(row.key, row.new_lead_count) for row in report.by_temperature] == [
        ("quente", 1),
        ("morno", 0),
        ("frio", 1),
        ("muito_frio", 0),
        ("", 0),
    ]
    assert [row.key for row in report.by_hour if row.new_lead_count] == ["12"]
    assert len(report.by_hour) == 24
    assert [(each.fact, each.lead_count) for each in report.abandoned_at] == [("urgencia", 1)]
    (point,) = report.series
    assert (point.date, point.new_lead_count, point.hot_lead_count, point.sold_lead_count) == ("2026-03-02", 2, 1, 1)


async def test_satisfaction_is_told_with_its_sample(reporting: Reporting) -> None:
    told = (await a_day(reporting)).figures.satisfaction
    assert (told.answer_count, told.average, told.net_promoter) == (2, 3.5, 0.0)
    assert list(told.count_by_rating) == [0, 1, 0, 0, 1]


async def test_a_survey_that_is_answered_anew_counts_once_by_its_latest_answer(reporting: Reporting) -> None:
    await reporting.record(survey(5, 5), survey(3, 1))
    told = (await the_day(reporting)).figures.satisfaction
    assert (told.answer_count, told.average) == (1, 5)


async def test_a_period_stands_beside_the_one_before_it(reporting: Reporting) -> None:
    await reporting.record(a_turn(-1, contact_id=1), a_turn(1, contact_id=2), a_turn(2, contact_id=3))
    report = await reporting.report(start=at(0), until=at(60))
    assert (report.figures.new_lead_count, report.previous.new_lead_count) == (2, 1)
    assert (report.previous_from.ToDatetime(), report.previous_until.ToDatetime()) == (
        at(-60).replace(tzinfo=None),
        at(0).replace(tzinfo=None),
    )


async def test_days_are_the_accounts_own(reporting: Reporting) -> None:
    await reporting.record(a_turn(12 * 60 + 30, contact_id=1))  # 21:30 of 2 March in São Paulo, 3 March in UTC
    request = report_pb2.GetReportRequest(account_id=7, first_day="2026-03-02", last_day="2026-03-02")
    report = await call(reporting.reports.GetReport, request, timeout_s=30)
    assert [(point.date, point.new_lead_count) for point in report.series] == [("2026-03-02", 1)]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2026-03-02", "2026-03-01", "last_day"),
        ("2026-02-30", "2026-03-01", "first_day"),
        ("2026-03-02", "", "last_day"),
    ],
)
async def test_days_that_are_none_are_refused_by_name(reporting: Reporting, first: str, last: str, field: str) -> None:
    request = report_pb2.GetReportRequest(account_id=7, first_day=first, last_day=last)
    with pytest.raises(RemoteError) as caught:
        await call(reporting.reports.GetReport, request, timeout_s=30)
    assert caught.value.details["field"] == field


async def test_an_empty_report_has_noughts_and_no_means(reporting: Reporting) -> None:
    report = await the_day(reporting, "week")
    assert report.figures.new_lead_count == 0
    assert not report.figures.HasField("success_ratio")
    assert not report.figures.first_answer.HasField("p50")
    assert not report.figures.satisfaction.HasField("net_promoter")
    # In São Paulo the day of UTC begins on a Sunday evening, in the week before.
    assert [point.date for point in report.series] == ["2026-02-23", "2026-03-02"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "from"),
        ({"start": at(0)}, "until"),
        ({"start": at(0), "until": at(0)}, "until"),
        ({"start": at(0), "until": at(6 * 366 * 24 * 60)}, "until"),
        ({"start": at(0), "until": at(500 * 24 * 60), "step": "day"}, "step"),
        ({"period": "week", "start": at(0)}, "period"),
    ],
)
async def test_what_cannot_be_reported_is_refused_by_name(
    reporting: Reporting, asked: dict[str, object], field: str
) -> None:
    with pytest.raises(RemoteError) as caught:
        await reporting.report(**asked)  # type: ignore[arg-type]  # each a parameter
    assert caught.value.details["field"] == field


async def test_a_lead_is_shown_with_all_that_was_told_of_it(reporting: Reporting) -> None:
    judgement = judged(10, contact_id=1, score=95)
    given = pb.FeedbackGiven(
        qualification_id=judgement.lead_qualified.qualification.qualification_id,
        verdict=lead.JUDGEMENT_VERDICT_TOO_LOW,
        reason="Já é cliente",
    )
    await reporting.record(
        *(a_turn(0, contact_id=1), learned(1, contact_id=1, procedure="laser")),
        *(learned(2, contact_id=1, procedure="botox"), judgement, an_event(20, contact_id=1, feedback_given=given)),
        told_outcome(30, lead.LEAD_OUTCOME_LOST, contact_id=1),
        told_outcome(31, lead.LEAD_OUTCOME_WON, contact_id=1),
        *(survey(40, 4, contact_id=1), escalated(50, contact_id=1)),
    )
    page = await reporting.lead(1)
    assert page.lead.score == 95
    assert [fact.canonical for fact in page.facts] == ["botox"]
    assert [one.score for one in page.qualifications] == [95]
    assert [(each.verdict, each.reason) for each in page.feedback] == [(lead.JUDGEMENT_VERDICT_TOO_LOW, "Já é cliente")]
    assert [each.outcome for each in page.outcomes] == [lead.LEAD_OUTCOME_WON, lead.LEAD_OUTCOME_LOST]
    assert [each.rating for each in page.surveys] == [4]
    assert [each.reason for each in page.escalations] == [lead.ESCALATION_REASON_HUMAN_REQUESTED]
    assert (await the_day(reporting)).figures.agreement.too_low_count == 1


async def test_a_lead_of_whom_nothing_was_told_is_not_found(reporting: Reporting) -> None:
    with pytest.raises(RemoteError) as caught:
        await reporting.lead(404)
    assert caught.value.reason == "LEAD_NOT_FOUND"
