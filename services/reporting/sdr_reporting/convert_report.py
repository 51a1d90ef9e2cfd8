"""Reports and a lead's page to the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sdr.common.v1 import download_pb2
from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2 as pb
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr_common.errors import InvalidField
from sdr_common.lead import JudgementVerdict, Temperature
from sdr_common.lead_proto import temperature_to_wire, timestamp_to_wire
from sdr_reporting.convert import TEMPERATURES, duration_to_wire, lead_filter, summary_to_wire
from sdr_reporting.domain.export import ExportWanted, FileFormat, Language
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.domain.report import RATINGS, By, Came, Figures, Judged, Part, Report, Times, days_of
from sdr_reporting.operations_export import Piece

_QUALIFICATIONS_AT_MOST = 20
_SAID_AT_MOST = 50
_HEARD_AT_MOST = 20


def report_to_wire(report: Report) -> pb.GetReportResponse:
    """A report; parts in which nothing happened are there with noughts."""
    bounds, detail = report.bounds, report.detail
    return pb.GetReportResponse(
        until=timestamp_to_wire(bounds.until),
        time_zone=bounds.zone,
        step=bounds.step.value,
        figures=figures_to_wire(report.figures),
        previous=figures_to_wire(report.previous),
        previous_from=timestamp_to_wire(bounds.previous.start),
        previous_until=timestamp_to_wire(bounds.previous.until),
        by_temperature=[_row(key, came) for key, came in detail.rows[By.TEMPERATURE]],
        by_channel=[_row(key, came) for key, came in detail.rows[By.CHANNEL]],
        by_inbox=[_row(key, came) for key, came in detail.rows[By.INBOX]],
        by_procedure=[_row(key, came) for key, came in detail.rows[By.PROCEDURE]],
        by_closer=[_row(key, came) for key, came in detail.rows[By.CLOSER]],
        by_hour=[_row(key, came) for key, came in detail.rows[By.HOUR]],
        abandoned_at=[pb.AbandonedAt(fact=fact, lead_count=count) for fact, count in detail.abandoned_at],
        series=[_point(day.isoformat(), detail.parts.get(day, Part())) for day in days_of(bounds)],
        **{"from": timestamp_to_wire(bounds.start)},  # a word of Python's
    )


def report_days(request: pb.GetReportRequest) -> tuple[date, date] | None:
    """The first and the last day that are asked for; None: the period is given otherwise.

    Raises:
        InvalidField: one is missing or no day of the calendar.
    """
    if not request.first_day and not request.last_day:
        return None
    days = []
    for field, text in (("first_day", request.first_day), ("last_day", request.last_day)):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            raise InvalidField(field, "must be a day of the calendar, yyyy-mm-dd", value=text) from None
    return days[0], days[1]


def export_wanted(request: pb.ExportLeadsRequest) -> ExportWanted:
    """Which leads, and as what."""
    return ExportWanted(
        lead_filter(request),
        FileFormat(request.format) if request.format else FileFormat.CSV,
        Language(request.language) if request.language else Language.PT,
    )


def piece_to_wire(piece: Piece) -> download_pb2.DownloadChunk:
    """A piece of a file."""
    return download_pb2.DownloadChunk(file_name=piece.file_name, media_type=piece.media_type, data=piece.data)


def figures_to_wire(figures: Figures) -> pb.ReportFigures:
    """The figures of one period."""
    came, judged, happened = figures.came, figures.judged, figures.happened
    return pb.ReportFigures(
        new_lead_count=came.new,
        answered_lead_count=came.answered,
        judged_lead_count=came.judged,
        completed_lead_count=came.completed,
        warm_lead_count=came.warm,
        abandoned_lead_count=came.abandoned,
        in_progress_lead_count=came.in_progress,
        won_lead_count=came.won,
        lost_lead_count=came.lost,
        success_ratio=came.success_ratio,
        first_answer=_times(figures.first_answer),
        qualified_lead_count=judged.count,
        by_temperature=[
            reporting.TemperatureCount(
                temperature=temperature_to_wire(temperature), lead_count=judged.by_temperature.get(temperature, 0)
            )
            for temperature in TEMPERATURES
        ],
        average_score=judged.average_score,
        qualification=_times(figures.qualification),
        escalated_lead_count=figures.escalated,
        sold_lead_count=happened.sold,
        missed_lead_count=happened.missed,
        cost_micro_usd=happened.cost_micro_usd,
        cost_per_new_lead_micro_usd=figures.cost_per_new_micro_usd,
        cost_per_qualified_lead_micro_usd=figures.cost_per_qualified_micro_usd,
        satisfaction=pb.Satisfaction(
            answer_count=figures.satisfaction.answer_count,
            count_by_rating=[figures.satisfaction.counts.get(rating, 0) for rating in RATINGS],
            average=figures.satisfaction.average,
            net_promoter=figures.satisfaction.net_promoter,
        ),
        agreement=pb.Agreement(
            right_count=figures.agreement.get(JudgementVerdict.RIGHT, 0),
            too_high_count=figures.agreement.get(JudgementVerdict.TOO_HIGH, 0),
            too_low_count=figures.agreement.get(JudgementVerdict.TOO_LOW, 0),
        ),
    )


def lead_to_wire(summary: LeadSummary, told: Sequence[bytes]) -> pb.GetLeadResponse:
    """A lead's page, from what was told of it, the latest first."""
    events = [reporting.Event.FromString(body) for body in told]
    judged = [event.lead_qualified.qualification for event in events if event.HasField("lead_qualified")]
    judged.sort(key=lambda one: (one.qualified_at.ToNanoseconds(), one.version, one.qualification_id), reverse=True)
    return pb.GetLeadResponse(
        lead=summary_to_wire(summary),
        facts=_latest_facts(events),
        qualifications=judged[:_QUALIFICATIONS_AT_MOST],
        outcomes=[
            pb.LeadOutcomeTold(
                outcome=event.outcome_recorded.outcome,
                source=event.outcome_recorded.source,
                told_at=event.occurred_at,
            )
            for event in events
            if event.HasField("outcome_recorded")
        ][:_SAID_AT_MOST],
        feedback=[
            pb.LeadFeedback(
                qualification_id=event.feedback_given.qualification_id,
                verdict=event.feedback_given.verdict,
                reason=event.feedback_given.reason,
                given_at=event.occurred_at,
            )
            for event in events
            if event.HasField("feedback_given")
        ][:_SAID_AT_MOST],
        surveys=[
            pb.LeadSurvey(
                rating=event.survey_answered.rating,
                feedback=event.survey_answered.feedback,
                answered_at=event.occurred_at,
            )
            for event in events
            if event.HasField("survey_answered")
        ][:_HEARD_AT_MOST],
        escalations=[
            pb.LeadEscalation(reason=event.lead_escalated.reason, escalated_at=event.occurred_at)
            for event in events
            if event.HasField("lead_escalated")
        ][:_HEARD_AT_MOST],
    )


def _latest_facts(events: Iterable[reporting.Event]) -> list[lead.Fact]:
    """Of each kind the fact that was learned last, in the order in which the product asks."""
    latest: dict[int, lead.Fact] = {}
    for event in events:
        for fact in event.facts_learned.facts:
            latest.setdefault(fact.kind, fact)
    return [latest[kind] for kind in sorted(latest)]


def _times(times: Times) -> pb.TimesTaken:
    return pb.TimesTaken(
        count=times.count,
        average=duration_to_wire(times.average),
        p50=duration_to_wire(times.p50),
        p90=duration_to_wire(times.p90),
        p95=duration_to_wire(times.p95),
    )


def _row(key: str, came: Came) -> pb.ReportRow:
    return pb.ReportRow(
        key=key,
        new_lead_count=came.new,
        judged_lead_count=came.judged,
        hot_lead_count=came.hot,
        warm_lead_count=came.warm,
        won_lead_count=came.won,
        lost_lead_count=came.lost,
        average_score=came.average_score,
    )


def _point(day: str, part: Part) -> pb.ReportPoint:
    def judged(temperature: Temperature, of: Judged = part.judged) -> int:
        return of.by_temperature.get(temperature, 0)

    return pb.ReportPoint(
        date=day,
        new_lead_count=part.came,
        qualified_lead_count=part.judged.count,
        hot_lead_count=judged(Temperature.HOT),
        warm_lead_count=judged(Temperature.WARM),
        cold_lead_count=judged(Temperature.COLD),
        very_cold_lead_count=judged(Temperature.VERY_COLD),
        average_score=part.judged.average_score,
        sold_lead_count=part.happened.sold,
        missed_lead_count=part.happened.missed,
        cost_micro_usd=part.happened.cost_micro_usd,
    )
