from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr.common.v1 import lead_pb2 as lead
from sdr.scoring.v1 import scoring_pb2 as pb
from sdr_common.clinic import Clinic
from sdr_common.errors import InvalidField
from sdr_common.lead import Channel
from sdr_common.lead_proto import clinic_from_wire, clinic_to_wire
from sdr_scoring import convert
from sdr_scoring.domain.errors import InvalidRubric
from sdr_scoring.domain.qualification import Qualification, QualificationId, qualify
from sdr_scoring.domain.rubric import DEFAULT_RUBRIC, Rubric, Thresholds
from sdr_scoring.ports import Subject
from tests.unit.scoring.test_qualification_properties import DISQUALIFICATIONS, ENDS, RUBRICS, known_facts

IDS = st.integers(1, 2**63 - 1)
INSTANTS = st.datetimes(timezones=st.just(UTC))
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


JUDGEMENTS = st.builds(qualify, known_facts(), st.none() | DISQUALIFICATIONS, ENDS, RUBRICS)
QUALIFICATIONS = st.builds(
    Qualification,
    st.uuids().map(lambda value: QualificationId(str(value))),
    st.integers(1, 2**31 - 1),
    JUDGEMENTS,
    st.integers(1, 2**31 - 1),
    INSTANTS,
)


@given(QUALIFICATIONS)
def test_a_qualification_survives_the_wire(qualification: Qualification) -> None:
    wire = lead.Qualification.FromString(convert.qualification_to_wire(qualification).SerializeToString())
    assert convert.qualification_from_wire(wire) == qualification


@given(RUBRICS)
def test_a_rubric_survives_the_wire(rubric: Rubric) -> None:
    wire = pb.ScoringSettings.FromString(convert.rubric_to_wire(rubric).SerializeToString())
    assert convert.rubric_from_wire(wire) == rubric


@given(st.builds(Clinic, TEXT, TEXT, TEXT, TEXT, TEXT))
def test_a_clinic_survives_the_wire(clinic: Clinic) -> None:
    assert clinic_from_wire(clinic_to_wire(clinic)) == clinic


@given(st.builds(Subject, IDS, IDS, IDS, st.integers(0, 2**63 - 1), st.none() | st.sampled_from(Channel), IDS))
def test_a_subject_survives_the_wire(subject: Subject) -> None:
    assert convert.subject_from_wire(convert.subject_to_wire(subject), subject.turn_id) == subject


def test_empty_settings_mean_the_products_rubric() -> None:
    assert convert.rubric_from_wire(pb.ScoringSettings()) == DEFAULT_RUBRIC


def test_thresholds_alone_keep_the_products_points() -> None:
    rubric = convert.rubric_from_wire(pb.ScoringSettings(thresholds=pb.Thresholds(hot=100, warm=60, cold=30)))
    assert rubric.thresholds == Thresholds(hot=100, warm=60, cold=30)
    assert rubric.facts == DEFAULT_RUBRIC.facts


def test_some_facts_alone_are_refused() -> None:
    settings = convert.rubric_to_wire(DEFAULT_RUBRIC)
    del settings.facts[0]
    with pytest.raises(InvalidRubric) as caught:
        convert.rubric_from_wire(settings)
    assert caught.value.details["fact"] == "interesse"


def test_a_fact_that_stands_twice_is_refused_with_its_place() -> None:
    fact = lead.Fact(kind=lead.FACT_KIND_INTEREST, value="botox", source=lead.FACT_SOURCE_LEAD)
    request = pb.QualifyRequest(facts=[fact, fact], ended=lead.END_REASON_FACTS_COMPLETE)
    with pytest.raises(InvalidField) as caught:
        convert.qualify_command(request)
    assert caught.value.field == "facts[1].kind"


def test_an_end_reason_of_a_newer_contract_is_refused() -> None:
    request = pb.QualifyRequest()
    request.ended = 99  # type: ignore[assignment]  # what a newer client may send
    with pytest.raises(InvalidField) as caught:
        convert.qualify_command(request)
    assert caught.value.field == "ended"


def test_an_id_is_compared_in_lower_case() -> None:
    assert convert.qualification_id_from_wire("7F0C1C5E-0000-4000-8000-00000000000A") == (
        "7f0c1c5e-0000-4000-8000-00000000000a"
    )
