from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.clinic import Clinic
from sdr_common.errors import InvalidField, InvalidPageToken
from sdr_common.lead import Channel, FactKind, JudgementVerdict, LeadOutcome, LeadStatus, Temperature
from sdr_common.lead_proto import clinic_from_wire, clinic_to_wire
from sdr_reporting import convert, convert_event
from sdr_reporting.domain.event import (
    DeliverySettled,
    EventId,
    FactsLearned,
    FeedbackGiven,
    LeadEscalated,
    LeadKey,
    LeadQualified,
    LeadStatusChanged,
    ModelUsed,
    OutcomeRecorded,
    Payload,
    SurveyAnswered,
    TurnFinished,
)
from sdr_reporting.domain.listing import LeadFilter, Position, Sort
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
FILTERS = st.builds(
    LeadFilter,
    st.integers(1, 2**63 - 1),
    st.none() | st.sampled_from(Temperature),
    st.none() | st.sampled_from(LeadStatus),
    TEXT,
    TEXT,
    TEXT,
    st.none() | st.sampled_from(Channel),
    st.integers(0, 2**63 - 1),
    outcome=st.none() | st.sampled_from(LeadOutcome),
    sort=st.sampled_from(Sort),
)
IDS = st.integers(1, 2**63 - 1)
INSTANTS = st.datetimes(timezones=st.just(UTC))


def positions(sort: Sort) -> st.SearchStrategy[Position]:
    """Where a page of a list in this order can end."""
    match sort:
        case Sort.NEWS:
            return st.builds(Position, st.integers(0, 2**63 - 1), INSTANTS, IDS)
        case Sort.SCORE:
            return st.builds(Position, st.just(0), st.none() | st.integers(0, 130), IDS)
        case Sort.NEWEST | Sort.OLDEST:
            return st.builds(Position, st.just(0), INSTANTS, IDS)


PLACED = FILTERS.flatmap(lambda wanted: st.tuples(st.just(wanted), positions(wanted.sort)))


def stamp(minutes: int = 0) -> Timestamp:
    value = Timestamp()
    value.FromDatetime(NOON + timedelta(minutes=minutes))
    return value


def an_event(**payload: object) -> pb.Event:
    return pb.Event(
        event_id="7F0C1C5E-0000-4000-8000-00000000000A",
        occurred_at=stamp(),
        conversation=lead.ConversationRef(
            account_id=7, conversation_id=31, contact_id=501, channel=lead.CHANNEL_WHATSAPP
        ),
        **payload,  # type: ignore[arg-type]  # exactly one message of the oneof
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (
            {"turn_finished": pb.TurnFinished(message_count=2, first_message_at=stamp(3), outcome="answered")},
            TurnFinished(NOON + timedelta(minutes=3), "answered", ""),
        ),
        (
            {"turn_finished": pb.TurnFinished(message_count=0, first_message_at=stamp(3), outcome="paused")},
            TurnFinished(None, "paused", ""),
        ),
        (
            {"turn_finished": pb.TurnFinished(message_count=1, outcome="answered", contact_name=" A\0na ")},
            TurnFinished(None, "answered", "Ana"),
        ),
        (
            {
                "facts_learned": pb.FactsLearned(
                    facts=[
                        lead.Fact(kind=lead.FACT_KIND_NAME, value="Ana"),
                        lead.Fact(kind=lead.FACT_KIND_INTEREST, level="especifico", canonical="botox"),
                    ],
                    known_count=2,
                    status=lead.LEAD_STATUS_IN_PROGRESS,
                )
            },
            FactsLearned("Ana", "botox", 2, LeadStatus.IN_PROGRESS),
        ),
        (
            {
                "facts_learned": pb.FactsLearned(
                    facts=[lead.Fact(kind=lead.FACT_KIND_INTEREST, level="nenhum", canonical="botox")]
                )
            },
            FactsLearned(None, "", 0, None),
        ),
        ({"facts_learned": pb.FactsLearned(known_count=1)}, FactsLearned(None, None, 1, None)),
        (
            {
                "lead_qualified": pb.LeadQualified(
                    qualification=lead.Qualification(
                        qualification_id="7F0C1C5E-0000-4000-8000-00000000000B",
                        version=2,
                        score=85,
                        temperature=lead.TEMPERATURE_WARM,
                        status=lead.LEAD_STATUS_QUALIFIED,
                    )
                )
            },
            LeadQualified("7f0c1c5e-0000-4000-8000-00000000000b", 2, 85, Temperature.WARM, LeadStatus.QUALIFIED, NOON),
        ),
        ({"lead_qualified": pb.LeadQualified()}, None),
        (
            {
                "delivery_settled": pb.DeliverySettled(
                    first_public_at=stamp(1), team="vendas", closer_email="a@b.example"
                )
            },
            DeliverySettled(NOON + timedelta(minutes=1), "vendas", "a@b.example"),
        ),
        ({"delivery_settled": pb.DeliverySettled()}, DeliverySettled(None, "", "")),
        ({"lead_escalated": pb.LeadEscalated()}, LeadEscalated()),
        (
            {"lead_status_changed": pb.LeadStatusChanged(status=lead.LEAD_STATUS_OPT_OUT)},
            LeadStatusChanged(LeadStatus.OPT_OUT),
        ),
        ({"model_used": pb.ModelUsed(cost_micro_usd=1_200)}, ModelUsed(1_200)),
        ({"budget_reached": pb.BudgetReached(cost_micro_usd=1_200)}, None),
        (
            {"outcome_recorded": pb.OutcomeRecorded(outcome=lead.LEAD_OUTCOME_WON, source="painel")},
            OutcomeRecorded(LeadOutcome.WON),
        ),
        ({"outcome_recorded": pb.OutcomeRecorded(source="painel")}, None),
        (
            {
                "feedback_given": pb.FeedbackGiven(
                    qualification_id="7F0C1C5E-0000-4000-8000-00000000000A", verdict=lead.JUDGEMENT_VERDICT_TOO_LOW
                )
            },
            FeedbackGiven("7f0c1c5e-0000-4000-8000-00000000000a", JudgementVerdict.TOO_LOW),
        ),
        ({"survey_answered": pb.SurveyAnswered(message_id=9, rating=4)}, SurveyAnswered(9, 4)),
        ({"survey_answered": pb.SurveyAnswered(message_id=9, rating=0)}, None),
        (
            {
                "turn_finished": pb.TurnFinished(
                    outcome="answered", contact_phone="+5511987654321", asked=lead.FACT_KIND_URGENCY
                )
            },
            TurnFinished(None, "answered", "", "+5511987654321", FactKind.URGENCY),
        ),
        ({}, None),
    ],
)
def test_each_payload_means_what_is_counted(payload: dict[str, object], expected: Payload | None) -> None:
    event = convert_event.event_from_wire(an_event(**payload))
    assert event.payload == expected
    assert (event.event_id, event.lead) == (EventId("7f0c1c5e-0000-4000-8000-00000000000a"), LeadKey(7, 501))
    assert (event.occurred_at, event.conversation_id, event.channel) == (NOON, 31, Channel.WHATSAPP)


def test_an_event_of_a_newer_contract_is_kept_whole_and_not_counted() -> None:
    newer = an_event()
    newer.MergeFromString(b"\x92\x3e\x03abc")  # field 994, of a contract that we do not know
    (told,) = convert_event.told(pb.RecordRequest(events=[newer]))
    assert told.event.payload is None
    assert b"\x92\x3e\x03abc" in told.body


def test_an_impossible_instant_is_refused_with_its_place() -> None:
    event = an_event(lead_escalated=pb.LeadEscalated())
    event.occurred_at.seconds = 2**62
    with pytest.raises(InvalidField) as caught:
        convert_event.told(pb.RecordRequest(events=[an_event(), event]))
    assert caught.value.field == "events[1]"


def test_an_impossible_end_of_a_period_is_refused() -> None:
    request = pb.GetOverviewRequest(until=Timestamp(seconds=2**62))
    with pytest.raises(InvalidField) as caught:
        convert.period_wanted(request)
    assert caught.value.field == "until"


@given(PLACED)
def test_a_position_survives_its_token(placed: tuple[LeadFilter, Position]) -> None:
    wanted, position = placed
    token = convert.page_token(position, wanted)
    assert len(token) <= 400
    assert convert.position_from_token(token, wanted) == position


@given(PLACED, FILTERS)
def test_a_token_of_a_list_with_other_filters_is_refused(
    placed: tuple[LeadFilter, Position], other: LeadFilter
) -> None:
    wanted, position = placed
    token = convert.page_token(position, wanted)
    if other != wanted:
        with pytest.raises(InvalidPageToken):
            convert.position_from_token(token, other)


@given(st.text(min_size=1, max_size=60) | st.binary(min_size=1).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(InvalidPageToken):
        convert.position_from_token(text, LeadFilter(7))


@pytest.mark.parametrize("fields", [[1, 2], [1, 2**70, 3, "x"], ["1", 2, 3, "x"], [True, 2, 3, "x"], {"a": 1}, 5, None])
def test_json_of_another_shape_is_no_token(fields: object) -> None:
    token = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
    with pytest.raises(InvalidPageToken):
        convert.position_from_token(token, LeadFilter(7))


def test_no_token_is_the_first_page() -> None:
    assert convert.position_from_token("", LeadFilter(7)) is None


def test_an_id_that_is_none_is_refused_with_its_place() -> None:
    given = pb.FeedbackGiven(qualification_id="x", verdict=lead.JUDGEMENT_VERDICT_RIGHT)
    with pytest.raises(InvalidField) as caught:
        convert_event.told(pb.RecordRequest(events=[an_event(feedback_given=given)]))
    assert caught.value.field == "events[0]"


def test_a_search_is_folded_and_a_page_has_50_leads_by_default() -> None:
    request = pb.ListLeadsRequest(account_id=7, search="  Conceição ", status=lead.LEAD_STATUS_PAUSED)
    assert convert.lead_filter(request) == LeadFilter(7, None, LeadStatus.PAUSED, "conceicao")
    assert convert.page_size(request) == 50
    assert convert.page_size(pb.ListLeadsRequest(page_size=3)) == 3


def test_figures_name_every_temperature_once_hottest_first_and_leave_unknown_means_unset() -> None:
    overview = Overview(1, 2, {Temperature.COLD: 2}, None, None, (("botox", 2),), None, 0, 0, 900)
    wire = convert.overview_to_wire((Period(None, NOON), overview))
    assert [(each.temperature, each.lead_count) for each in wire.by_temperature] == [
        (lead.TEMPERATURE_HOT, 0),
        (lead.TEMPERATURE_WARM, 0),
        (lead.TEMPERATURE_COLD, 2),
        (lead.TEMPERATURE_VERY_COLD, 0),
    ]
    assert not wire.HasField("from")
    assert not wire.HasField("average_score")
    assert not wire.HasField("average_qualification_time")
    assert not wire.HasField("average_first_answer_time")


@given(st.builds(Clinic, TEXT, TEXT, TEXT, TEXT, TEXT))
def test_a_clinic_survives_the_wire(clinic: Clinic) -> None:
    assert clinic_from_wire(clinic_to_wire(clinic)) == clinic
