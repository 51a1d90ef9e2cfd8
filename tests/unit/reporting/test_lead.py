from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.lead import Channel, LeadStatus, Temperature
from sdr_reporting.domain.event import (
    Event,
    EventId,
    FactsLearned,
    LeadEscalated,
    LeadKey,
    LeadQualified,
    LeadStatusChanged,
    ModelUsed,
    Payload,
    TurnFinished,
)
from sdr_reporting.domain.lead import Assignment, Lead, take_in
from tests.unit.reporting.builders import (
    LEAD,
    NOON,
    a_delivery,
    a_qualification,
    a_turn,
    an_event,
    at,
    facts,
)


def after(*events: Event) -> Lead:
    """The lead after events, in this order."""
    return take_in({}, enumerate(events, start=1))[LEAD]


def test_a_lead_begins_with_its_earliest_message_even_if_told_late() -> None:
    lead = after(an_event(a_turn(first=30), 31), an_event(a_turn(first=5), 6))
    assert (lead.first_message_at, lead.updated_at) == (at(5), at(31))


def test_a_turn_without_lead_messages_begins_nothing() -> None:
    assert after(an_event(a_turn(first=None))).first_message_at is None


def test_the_first_public_answer_is_the_earliest() -> None:
    lead = after(an_event(a_delivery(first_public=9)), an_event(a_delivery(first_public=2)), an_event(a_delivery()))
    assert lead.first_public_at == at(2)


def test_the_name_is_the_fact_else_the_contacts() -> None:
    push_name = an_event(a_turn(name="~Zé 🌴"), 10)
    assert after(push_name).name == "~Zé 🌴"
    assert after(an_event(facts(name="José"), 1), push_name).name == "José"


def test_a_corrected_name_wins_over_the_first_one() -> None:
    assert after(an_event(facts(name="Jorge"), 5), an_event(facts(name="José"), 2)).name == "Jorge"


def test_facts_that_were_not_touched_stay() -> None:
    lead = after(an_event(facts(name="Ana", procedure="botox", known=2), 1), an_event(facts(known=3), 2))
    assert (lead.name, lead.procedure.value, lead.known_count.value) == ("Ana", "botox", 3)


def test_an_interest_that_has_no_name_any_more_forgets_the_procedure() -> None:
    assert after(an_event(facts(procedure="botox"), 1), an_event(facts(procedure=""), 2)).procedure.value == ""


def test_a_lead_that_was_answered_and_of_whom_nothing_else_is_told_is_being_qualified() -> None:
    assert after(an_event(a_turn("answered"))).status is LeadStatus.IN_PROGRESS


@pytest.mark.parametrize("outcome", ["paused", "not_pending", "nothing_new", "something_newer"])
def test_a_lead_that_was_never_answered_has_no_status(outcome: str) -> None:
    assert after(an_event(a_turn(outcome))).status is None


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (facts(status=LeadStatus.INCOMPLETE), LeadStatus.INCOMPLETE),
        (a_qualification(), LeadStatus.QUALIFIED),
        (LeadEscalated(), LeadStatus.ESCALATED),
        (LeadStatusChanged(LeadStatus.PAUSED), LeadStatus.PAUSED),
        (a_turn("opted_out"), LeadStatus.OPT_OUT),
        (a_turn("escalated"), LeadStatus.ESCALATED),
    ],
)
def test_the_latest_word_about_the_status_stands(payload: Payload, status: LeadStatus) -> None:
    earlier = an_event(LeadStatusChanged(LeadStatus.IN_PROGRESS), 1)
    later = an_event(payload, 2)
    answered = an_event(a_turn("answered"), 3)
    assert after(earlier, later, answered).status is status
    assert after(answered, later, earlier).status is status


def test_an_unknown_status_changes_nothing() -> None:
    told = an_event(LeadStatusChanged(LeadStatus.PAUSED), 1)
    assert after(told, an_event(LeadStatusChanged(None), 2)).status is LeadStatus.PAUSED


def test_at_the_same_instant_a_consequence_outlasts_its_cause() -> None:
    learned, escalated = an_event(facts(), 1), an_event(LeadEscalated(), 1)
    assert after(learned, escalated).status is LeadStatus.ESCALATED
    assert after(escalated, learned).status is LeadStatus.ESCALATED


def test_the_latest_qualification_is_shown_even_if_an_earlier_one_is_told_later() -> None:
    second, first = an_event(a_qualification(2, 9, score=95), 9), an_event(a_qualification(1, 3, score=40), 3)
    lead = after(second, first)
    assert lead.qualification.value is not None
    assert (lead.qualification.value.version, lead.qualification.value.score) == (2, 95)


def test_a_delivery_without_an_assignment_takes_nobody_away() -> None:
    lead = after(
        an_event(a_delivery(team="vendas", closer="ana@clinica.example"), 1), an_event(a_delivery(first_public=2), 2)
    )
    assert lead.assignment.value == Assignment("vendas", "ana@clinica.example")


def test_the_latest_conversation_is_shown_and_an_unknown_channel_changes_nothing() -> None:
    lead = after(
        an_event(a_turn(), 1, conversation_id=31, channel=Channel.INSTAGRAM),
        an_event(a_turn(), 2, conversation_id=44, channel=None),
    )
    assert (lead.conversation_id.value, lead.channel.value) == (44, Channel.INSTAGRAM)


def test_an_event_of_an_unknown_kind_makes_no_lead() -> None:
    assert take_in({}, [(1, an_event(None))]) == {}


def test_a_lead_remembers_the_greatest_sequence_number() -> None:
    assert take_in({}, [(9, an_event(a_turn())), (4, an_event(a_turn()))])[LEAD].last_seq == 9


INSTANTS = st.integers(-5, 5).map(lambda minutes: NOON + timedelta(minutes=minutes))
STATUSES = st.none() | st.sampled_from(LeadStatus)
NAMES = st.sampled_from(["", "Ana", "Bia", "Zé"])
SLUGS = st.sampled_from(["", "botox", "laser"])


def _qualification(version: int) -> LeadQualified:
    """The one judgement that a lead has under a version: what is immutable is never told in two ways."""
    status = (None, LeadStatus.COMPLETE, LeadStatus.QUALIFIED)[version - 1]
    identity = str(uuid.UUID(int=version))
    return LeadQualified(identity, version, 50, Temperature.WARM, status, NOON + timedelta(minutes=version))


PAYLOADS: st.SearchStrategy[Payload | None] = st.one_of(
    st.none(),
    st.builds(
        TurnFinished, st.none() | INSTANTS, st.sampled_from(["answered", "escalated", "opted_out", "paused"]), NAMES
    ),
    st.builds(FactsLearned, st.none() | NAMES, st.none() | SLUGS, st.integers(0, 5), STATUSES),
    st.builds(_qualification, st.integers(1, 3)),
    st.builds(a_delivery, st.none() | st.integers(-5, 5), st.sampled_from(["", "vendas", "vip"])),
    st.just(LeadEscalated()),
    st.builds(LeadStatusChanged, STATUSES),
    st.builds(ModelUsed, st.integers(0, 5)),
)
EVENTS = st.builds(
    Event,
    st.uuids().map(lambda value: EventId(str(value))),
    INSTANTS,
    st.builds(LeadKey, st.just(7), st.integers(1, 2)),
    st.integers(1, 3),
    st.none() | st.sampled_from(Channel),
    PAYLOADS,
)


@given(st.lists(EVENTS, max_size=12, unique_by=lambda event: event.event_id), st.data())
def test_leads_end_up_the_same_whatever_the_order_batches_and_repetitions(
    events: list[Event], data: st.DataObject
) -> None:
    numbered = list(enumerate(events, start=1))
    in_order = take_in({}, numbered)
    again = data.draw(st.lists(st.sampled_from(numbered), max_size=6)) if numbered else []
    told = data.draw(st.permutations(numbered + again))
    leads: dict[LeadKey, Lead] = {}
    size = data.draw(st.integers(1, 5))
    for start in range(0, len(told), size):
        leads |= take_in(leads, told[start : start + size])
    assert leads == in_order
