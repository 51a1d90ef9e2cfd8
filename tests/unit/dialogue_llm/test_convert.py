from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_common.lead import Channel, Fact, FactKind, FactSource, LeadStatus
from sdr_common.lead_proto import facts_from_wire
from sdr_dialogue import convert
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion, Procedure
from sdr_dialogue.domain.turn import ConversationRef, LeadState

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
IDS = st.integers(min_value=1, max_value=2**63 - 1)
TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (bounds are naive by contract)


@given(st.builds(ConversationRef, IDS, IDS, IDS, st.integers(0, 2**62), st.sampled_from(Channel)))
def test_a_conversation_comes_back_as_it_was(ref: ConversationRef) -> None:
    assert convert.conversation_from_wire(convert.conversation_to_wire(ref)) == ref


@given(
    st.builds(
        AccountSettings,
        clinic_name=TEXT,
        assistant_name=TEXT,
        time_zone=TEXT,
        clinic_address=TEXT,
        clinic_city=TEXT,
        procedures=st.lists(st.builds(Procedure, TEXT, TEXT, st.lists(TEXT, max_size=3).map(tuple)), max_size=3).map(
            tuple
        ),
        near=st.lists(TEXT, max_size=3).map(tuple),
        far=st.lists(TEXT, max_size=3).map(tuple),
        questions=st.dictionaries(
            st.sampled_from(FactKind), st.lists(TEXT, min_size=1, max_size=3).map(tuple), max_size=6
        ),
        attempts_per_fact=st.integers(1, 5),
        message_limit=st.integers(5, 200),
        persona=TEXT,
        emojis_per_reply=st.integers(0, 2),
        frequent_questions=st.lists(st.builds(FrequentQuestion, TEXT, TEXT), max_size=3).map(tuple),
        version=st.integers(1, 1000),
    )
)
def test_settings_come_back_as_they_were(settings: AccountSettings) -> None:
    clinic, message = convert.account_settings_to_wire(settings)
    assert convert.account_settings_from_wire(clinic, message, settings.version) == settings


@given(
    facts=st.dictionaries(st.sampled_from(FactKind), TIMES, max_size=6),
    attempts=st.dictionaries(st.sampled_from(FactKind), st.integers(0, 9), max_size=6),
    status=st.none() | st.sampled_from(LeadStatus),
    value=TEXT,
)
def test_a_lead_s_facts_come_back_as_they_were(
    facts: dict[FactKind, datetime], attempts: dict[FactKind, int], status: LeadStatus | None, value: str
) -> None:
    known = {
        kind: Fact(kind, value, "", value, 3, 0.5, FactSource.LEAD, at, locked=kind is FactKind.NAME, canonical=value)
        for kind, at in facts.items()
    }
    message = convert.lead_state_to_wire(LeadState(known, attempts, status, None))
    assert facts_from_wire(message.facts) == known
    assert {item.kind: item.count for item in message.attempts} == {
        position + 1: attempts[kind] for position, kind in enumerate(FactKind) if kind in attempts
    }
    assert message.known_count == sum(kind is not FactKind.MOTIVATION for kind in facts)
    assert not message.HasField("started_at")


def test_the_contract_s_zeros_mean_the_product_s_defaults() -> None:
    settings = convert.account_settings_from_wire(
        convert.account_settings_to_wire(AccountSettings("A", "B", "UTC"))[0], pb.DialogueSettings()
    )
    assert settings == AccountSettings("A", "B", "UTC")
    none = pb.DialogueSettings(emojis_per_reply=0)
    clinic, _ = convert.account_settings_to_wire(settings)
    assert convert.account_settings_from_wire(clinic, none).emojis_per_reply == 0


def test_an_observation_of_a_newer_contract_is_left_out() -> None:
    newer = pb.Observation(message_id=1, text="x")
    assert convert.observations_from_wire([newer]) == ()


def test_a_message_that_comes_twice_is_one() -> None:
    request = pb.RespondRequest(
        messages=[pb.LeadMessage(message_id=1, text="a"), pb.LeadMessage(message_id=1, text="b")]
    )
    assert [message.text for message in convert.burst_from_wire(request).messages] == ["b"]
