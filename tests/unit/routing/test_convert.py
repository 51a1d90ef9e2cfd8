from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.clinic import Clinic
from sdr_common.errors import InvalidPageToken
from sdr_common.lead import (
    Behaviour,
    Channel,
    DisqualificationKind,
    EscalationReason,
    FactKind,
    LeadStatus,
    Temperature,
)
from sdr_common.lead_proto import clinic_from_wire, clinic_to_wire
from sdr_routing import convert
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.outcome import ConversationRef
from sdr_routing.domain.settings import Closer, Priority, RoutingSettings, Strategy, TeamRule
from sdr_routing.operations import Accepted

WORDS = st.text(alphabet="abç {}-_😊", min_size=1, max_size=12)
SAID = WORDS.filter(lambda text: bool(text.strip()))
IDS = st.integers(1, 2**62)
SETTINGS = st.builds(
    RoutingSettings,
    team_rules=st.lists(
        st.builds(
            TeamRule,
            team=SAID,
            temperatures=st.frozensets(st.sampled_from(Temperature)),
            procedures=st.frozensets(SAID, max_size=3),
            inbox_ids=st.frozensets(IDS, max_size=3),
        ),
        max_size=3,
    ).map(tuple),
    strategy=st.sampled_from(Strategy),
    closers=st.lists(
        st.builds(Closer, name=SAID, email=SAID, priority=st.sampled_from(Priority), active=st.booleans()), max_size=3
    ).map(tuple),
    closing=st.dictionaries(st.sampled_from(Temperature), SAID),
    polite_lines=st.dictionaries(
        st.sampled_from([kind for kind in DisqualificationKind if kind is not DisqualificationKind.REFUSAL]), SAID
    ),
    resolve_cold=st.booleans(),
    escalation_team=st.text(max_size=5),
    panel_url=st.text(max_size=5),
)


@given(SETTINGS)
def test_settings_come_back_as_they_went(settings: RoutingSettings) -> None:
    assert convert.settings_from_wire(convert.settings_to_wire(settings)) == settings


@given(st.builds(Clinic, SAID, SAID, SAID, st.text(max_size=5), st.text(max_size=5)))
def test_a_clinic_comes_back_as_it_went(clinic: Clinic) -> None:
    assert clinic_from_wire(clinic_to_wire(clinic)) == clinic


@given(st.builds(ConversationRef, IDS, IDS, IDS, st.integers(0, 2**62), st.sampled_from(Channel)))
def test_a_conversation_comes_back_as_it_went(conversation: ConversationRef) -> None:
    assert convert.conversation_from_wire(convert.conversation_to_wire(conversation)) == conversation


@given(IDS)
def test_a_page_token_comes_back_as_it_went(seq: int) -> None:
    assert convert.page_token_from_wire(convert.page_token(seq, "dead"), "dead") == seq


@given(st.text(max_size=30))
def test_any_other_page_token_is_refused(token: str) -> None:
    if token == "":
        assert convert.page_token_from_wire(token, "dead") is None
        return
    with pytest.raises(InvalidPageToken):
        convert.page_token_from_wire(token, "dead")


@pytest.mark.parametrize("inner", ["dead:0", "dead:-1", "alive:5", "dead:", f"dead:{2**63}"])
def test_a_page_token_with_another_meaning_is_refused(inner: str) -> None:
    with pytest.raises(InvalidPageToken):
        convert.page_token_from_wire(base64.urlsafe_b64encode(inner.encode()).decode(), "dead")


def test_an_outcome_says_everything_that_the_request_says() -> None:
    request = pb.DeliverRequest(
        conversation=lead.ConversationRef(account_id=7, conversation_id=31, contact_id=501, inbox_id=2),
        turn_id=4,
        contact=lead.Contact(custom_attributes={"sdr_ia_status": "em_andamento"}),
        reply="r",
        asks=lead.FACT_KIND_URGENCY,
        answer="a",
        lead=lead.LeadState(
            facts=[
                lead.Fact(
                    kind=lead.FACT_KIND_INTEREST,
                    value="Botox",
                    level="especifico",
                    canonical="botox",
                    source=lead.FACT_SOURCE_LEAD,
                )
            ],
            known_count=1,
            attempts=[lead.Attempt(kind=lead.FACT_KIND_URGENCY, count=2)],
            status=lead.LEAD_STATUS_IN_PROGRESS,
        ),
        qualification=lead.Qualification(
            qualification_id="8c2f4f51-6a3b-4f0e-8a55-111111111111",
            version=1,
            score=20,
            temperature=lead.TEMPERATURE_VERY_COLD,
            lines=[lead.ScoreLine(kind=lead.FACT_KIND_INTEREST, level="vago", points=30, maximum=50, quote="q")],
            rules=[lead.AppliedRule(rule="disqualified", explanation="e")],
            status=lead.LEAD_STATUS_COMPLETE,
            disqualification=lead.Disqualification(kind=lead.DISQUALIFICATION_KIND_SPAM, quote="q"),
        ),
        behaviour=lead.BEHAVIOUR_EVASIVE,
        summary="s",
        language="es",
        answers=[8, 9],
        escalation=lead.ESCALATION_REASON_LEGAL,
        last_message_id=10,
        labels=["vip"],
        silent=True,
    )
    outcome = convert.outcome_from_wire(request)
    assert (outcome.language, outcome.answers) == ("es", (8, 9))
    assert outcome.conversation == ConversationRef(7, 31, 501, 2, Channel.WHATSAPP)
    assert (outcome.turn_id, outcome.reply, outcome.answer, outcome.asks) == (4, "r", "a", FactKind.URGENCY)
    assert outcome.attributes == {"sdr_ia_status": "em_andamento"}
    assert (outcome.procedure, outcome.lead.attempts) == ("botox", {FactKind.URGENCY: 2})
    assert outcome.lead.status is LeadStatus.IN_PROGRESS
    assert outcome.qualification is not None
    assert outcome.qualification.not_a_lead is DisqualificationKind.SPAM
    assert (outcome.behaviour, outcome.summary) == (Behaviour.EVASIVE, "s")
    assert (outcome.escalation, outcome.last_message_id) == (EscalationReason.LEGAL, 10)
    assert (outcome.labels, outcome.silent) == (("vip",), True)
    assert outcome.lead.started_at is None


def test_nobody_leaves_the_assignment_unset() -> None:
    assert not convert.deliver_response(Accepted("d", Assignment(reason="frio"))).HasField("assignment")
    assert convert.deliver_response(Accepted("d", Assignment("Vendas"))).assignment.team == "Vendas"
