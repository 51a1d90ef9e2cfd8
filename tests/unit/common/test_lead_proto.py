"""The two-way tables between the vocabulary in Python and the contracts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr.common.v1 import lead_pb2 as pb
from sdr_common import lead_proto
from sdr_common.lead import (
    LEVELS,
    Behaviour,
    Channel,
    Disqualification,
    DisqualificationKind,
    EndReason,
    EscalationReason,
    Fact,
    FactKind,
    FactSource,
    InterestLevel,
    KnowledgeLevel,
    LeadStatus,
    LocationLevel,
    MotivationLevel,
    Temperature,
    UrgencyLevel,
)

# The maps of an enum each way, and the wire's enum; the functions are typed one by one, hence Any.
MAPS: list[tuple[type[StrEnum], Any, Callable[[Any], Any], Callable[[Any], Any]]] = [
    (FactKind, pb.FactKind, lead_proto.fact_kind_to_wire, lead_proto.fact_kind_from_wire),
    (Temperature, pb.Temperature, lead_proto.temperature_to_wire, lead_proto.temperature_from_wire),
    (Behaviour, pb.Behaviour, lead_proto.behaviour_to_wire, lead_proto.behaviour_from_wire),
    (LeadStatus, pb.LeadStatus, lead_proto.status_to_wire, lead_proto.status_from_wire),
    (EndReason, pb.EndReason, lead_proto.end_reason_to_wire, lead_proto.end_reason_from_wire),
    (EscalationReason, pb.EscalationReason, lead_proto.escalation_to_wire, lead_proto.escalation_from_wire),
    (Channel, pb.Channel, lead_proto.channel_to_wire, lead_proto.channel_from_wire),
]
IDS = [entry[0].__name__ for entry in MAPS]
NEWER_CONTRACT = 999


@pytest.mark.parametrize(("words", "wire", "to_wire", "from_wire"), MAPS, ids=IDS)
def test_every_word_has_one_value_on_the_wire_and_comes_back(
    words: type[StrEnum], wire: Any, to_wire: Callable[[Any], int], from_wire: Callable[[int], Any]
) -> None:
    sent = [to_wire(word) for word in words]
    assert sorted(sent) == sorted(number for number in wire.values() if number != 0)
    assert [from_wire(number) for number in sent] == list(words)


@pytest.mark.parametrize(("words", "wire", "to_wire", "from_wire"), MAPS, ids=IDS)
def test_words_and_wire_names_are_the_same_english(
    words: type[StrEnum], wire: Any, to_wire: Callable[[Any], int], from_wire: Callable[[int], Any]
) -> None:
    prefix = wire.Name(0).removesuffix("UNSPECIFIED")
    assert {word.name: prefix + word.name for word in words} == {word.name: wire.Name(to_wire(word)) for word in words}


@pytest.mark.parametrize(
    ("to_wire", "from_wire"), [entry[2:] for entry in MAPS if entry[0] is not Channel], ids=IDS[:-1]
)
def test_nothing_is_the_wires_zero_and_a_newer_value_is_nothing(
    to_wire: Callable[[Any], int], from_wire: Callable[[int], Any]
) -> None:
    assert to_wire(None) == 0
    assert from_wire(0) is None
    assert from_wire(NEWER_CONTRACT) is None


@pytest.mark.parametrize("value", [0, NEWER_CONTRACT])
def test_an_unknown_channel_is_treated_as_whatsapp(value: int) -> None:
    assert lead_proto.channel_from_wire(value) is Channel.WHATSAPP


def test_the_published_levels_are_these_strongest_first() -> None:
    assert LEVELS == {
        FactKind.NAME: (),
        FactKind.INTEREST: ("especifico", "generico", "vago", "nenhum"),
        FactKind.URGENCY: ("esta_semana", "proximas_2_semanas", "ate_30_dias", "acima_30_dias", "pesquisando"),
        FactKind.KNOWLEDGE: ("conhece_valores", "pesquisou_pouco", "primeira_pesquisa", "nao_conhece"),
        FactKind.LOCATION: ("perto", "longe", "outra_cidade"),
        FactKind.MOTIVATION: ("clara", "generica", "nenhuma"),
    }


def test_every_published_word_is_what_installations_filter_on() -> None:
    assert [kind.value for kind in FactKind] == [
        *("nome", "interesse", "urgencia", "conhecimento", "localizacao", "motivacao")
    ]
    assert [word.value for word in Temperature] == ["quente", "morno", "frio", "muito_frio"]
    assert [word.value for word in Behaviour] == ["cooperativo", "evasivo", "resistente"]
    assert [word.value for word in LeadStatus] == [
        *("em_andamento", "completo", "incompleto", "pausado", "qualificado", "escalado", "opt_out")
    ]
    levels: list[type[StrEnum]] = [InterestLevel, UrgencyLevel, KnowledgeLevel, LocationLevel, MotivationLevel]
    assert [len(words) for words in levels] == [4, 5, 4, 3, 3]


INSTANTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (bounds; the zone is added)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    kind = draw(st.sampled_from(FactKind))
    return Fact(
        kind=kind,
        value=draw(TEXTS),
        level=draw(st.sampled_from(("", *LEVELS[kind]))),
        evidence=draw(TEXTS),
        source_message_id=draw(st.integers(0, 2**63 - 1)),
        confidence=draw(st.floats(0, 1)),
        source=draw(st.sampled_from(FactSource)),
        set_at=draw(INSTANTS),
        locked=draw(st.booleans()),
        canonical=draw(TEXTS),
    )


@given(facts())
def test_a_fact_survives_the_wire(fact: Fact) -> None:
    on_the_wire = pb.Fact.FromString(lead_proto.fact_to_wire(fact).SerializeToString())
    assert lead_proto.fact_from_wire(on_the_wire) == fact


@given(st.lists(facts(), max_size=12))
def test_of_facts_of_one_kind_the_last_wins(found: list[Fact]) -> None:
    expected: dict[FactKind, Fact] = {}
    for fact in found:
        expected[fact.kind] = fact
    assert lead_proto.facts_from_wire(map(lead_proto.fact_to_wire, found)) == expected


@pytest.mark.parametrize(
    "fact", [pb.Fact(source=pb.FACT_SOURCE_LEAD), pb.Fact(kind=pb.FACT_KIND_NAME)], ids=["no kind", "no source"]
)
def test_a_fact_without_kind_or_source_is_refused(fact: pb.Fact) -> None:
    with pytest.raises(ValueError, match="a fact needs a kind and a source"):
        lead_proto.fact_from_wire(fact)


@given(st.none() | st.builds(Disqualification, st.sampled_from(DisqualificationKind), TEXTS, st.integers(0, 2**63 - 1)))
def test_a_disqualification_survives_the_wire(value: Disqualification | None) -> None:
    on_the_wire = lead_proto.disqualification_to_wire(value)
    assert (on_the_wire is None) == (value is None)
    assert lead_proto.disqualification_from_wire(on_the_wire or pb.Disqualification()) == value


def test_every_kind_of_disqualification_is_in_the_contract() -> None:
    sent = [lead_proto.disqualification_to_wire(Disqualification(kind, "", 0)) for kind in DisqualificationKind]
    assert sorted(item.kind for item in sent if item) == [1, 2, 3, 4, 5]
    assert sorted(pb.DisqualificationKind.values()) == [0, 1, 2, 3, 4, 5]


@given(INSTANTS)
def test_an_instant_survives_the_wire_to_the_microsecond(instant: datetime) -> None:
    on_the_wire = lead_proto.timestamp_to_wire(instant)
    assert on_the_wire is not None
    assert lead_proto.timestamp_from_wire(on_the_wire) == instant


def test_an_instant_of_another_zone_comes_back_in_utc() -> None:
    in_sao_paulo = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=-3)))
    on_the_wire = lead_proto.timestamp_to_wire(in_sao_paulo)
    assert on_the_wire is not None
    assert lead_proto.timestamp_from_wire(on_the_wire).isoformat() == "2026-03-01T12:30:00+00:00"
    assert lead_proto.timestamp_to_wire(None) is None
