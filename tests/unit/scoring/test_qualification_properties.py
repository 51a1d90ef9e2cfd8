from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sdr_common.lead import LEVELS, Disqualification, DisqualificationKind, EndReason, Fact, FactKind, Temperature
from sdr_scoring.domain.qualification import qualify
from sdr_scoring.domain.rubric import DEFAULT_RUBRIC, SCORED_FACTS, Rubric, Thresholds
from tests.unit.scoring.builders import a_fact

WARMTH = [Temperature.VERY_COLD, Temperature.COLD, Temperature.WARM, Temperature.HOT]

MESSAGE_IDS = st.integers(0, 5)
DISQUALIFICATIONS = st.builds(Disqualification, st.sampled_from(DisqualificationKind), st.text(max_size=5), MESSAGE_IDS)


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """Any valid rubric: 130 points are dealt out to the facts, and each fact's levels fall."""
    cuts = sorted(draw(st.lists(st.integers(0, 130), min_size=4, max_size=4)))
    maxima = [upper - lower for lower, upper in zip([0, *cuts], [*cuts, 130], strict=True)]
    table = []
    for kind, maximum in zip(SCORED_FACTS, maxima, strict=True):
        count = len(LEVELS[kind]) - 1
        weaker = sorted(draw(st.lists(st.integers(0, maximum), min_size=count, max_size=count)), reverse=True)
        table.append((kind, list(zip(LEVELS[kind], [maximum, *weaker], strict=True))))
    cold, warm, hot = sorted(draw(st.lists(st.integers(1, 130), min_size=3, max_size=3, unique=True)))
    return Rubric.of(table, Thresholds(hot, warm, cold))


@st.composite
def known_facts(draw: st.DrawFn) -> dict[FactKind, Fact]:
    """Any facts with levels of their own, or none."""
    kinds = draw(st.lists(st.sampled_from(FactKind), unique=True))
    return {
        kind: a_fact(kind, draw(st.sampled_from(["", *LEVELS[kind]])), message_id=draw(MESSAGE_IDS)) for kind in kinds
    }


ENDS = st.sampled_from(EndReason)
RUBRICS = st.one_of(st.just(DEFAULT_RUBRIC), rubrics())


@given(known_facts(), st.none() | DISQUALIFICATIONS, ENDS, RUBRICS)
def test_a_score_is_the_sum_of_its_lines_within_0_and_130(
    facts: dict[FactKind, Fact], disqualification: Disqualification | None, ended: EndReason, rubric: Rubric
) -> None:
    judgement = qualify(facts, disqualification, ended, rubric)
    assert 0 <= judgement.score <= 130
    assert judgement.score == sum(line.points for line in judgement.lines)
    assert [line.kind for line in judgement.lines] == list(SCORED_FACTS)
    for line in judgement.lines:
        assert 0 <= line.points <= line.maximum
        assert bool(line.note) == (line.points == 0) or line.level == "especifico"


@given(known_facts(), st.none() | DISQUALIFICATIONS, ENDS, RUBRICS)
def test_the_same_input_gives_the_same_judgement(
    facts: dict[FactKind, Fact], disqualification: Disqualification | None, ended: EndReason, rubric: Rubric
) -> None:
    again = dict(reversed(facts.items()))
    assert qualify(facts, disqualification, ended, rubric) == qualify(again, disqualification, ended, rubric)


@given(st.none() | DISQUALIFICATIONS, ENDS, RUBRICS, st.data())
def test_a_better_level_never_lowers_score_or_temperature(
    disqualification: Disqualification | None, ended: EndReason, rubric: Rubric, data: st.DataObject
) -> None:
    facts = data.draw(known_facts())
    kind = data.draw(st.sampled_from(SCORED_FACTS))
    message_id = data.draw(MESSAGE_IDS)
    levels = [*LEVELS[kind], ""]
    positions = st.integers(0, len(levels) - 1)
    better, worse = sorted([data.draw(positions), data.draw(positions)])
    high, low = (
        qualify({**facts, kind: a_fact(kind, levels[position], message_id=message_id)}, disqualification, ended, rubric)
        for position in (better, worse)
    )
    assert high.score >= low.score
    assert WARMTH.index(high.temperature) >= WARMTH.index(low.temperature)


@given(known_facts(), DISQUALIFICATIONS, ENDS, RUBRICS)
def test_a_disqualification_is_very_cold_unless_a_procedure_was_named_later(
    facts: dict[FactKind, Fact], disqualification: Disqualification, ended: EndReason, rubric: Rubric
) -> None:
    judgement = qualify(facts, disqualification, ended, rubric)
    interest = facts.get(FactKind.INTEREST)
    later = (
        interest is not None
        and interest.level == "especifico"
        and interest.source_message_id > disqualification.source_message_id > 0
    )
    if later:
        assert judgement.temperature is not Temperature.VERY_COLD
    else:
        assert judgement.temperature is Temperature.VERY_COLD
        assert "disqualified" in [rule.rule for rule in judgement.rules]


@given(known_facts(), DISQUALIFICATIONS, RUBRICS)
def test_a_disqualification_changes_the_temperature_and_not_the_score(
    facts: dict[FactKind, Fact], disqualification: Disqualification, rubric: Rubric
) -> None:
    with_it = qualify(facts, disqualification, EndReason.DISQUALIFIED, rubric)
    without = qualify(facts, None, EndReason.FACTS_COMPLETE, rubric)
    assert (with_it.score, with_it.lines) == (without.score, without.lines)


@given(known_facts(), ENDS.filter(lambda end: end is not EndReason.DISQUALIFIED), RUBRICS)
def test_a_named_procedure_has_40_points_or_a_full_score_and_is_never_very_cold(
    facts: dict[FactKind, Fact], ended: EndReason, rubric: Rubric
) -> None:
    judgement = qualify({**facts, FactKind.INTEREST: a_fact(FactKind.INTEREST, "especifico")}, None, ended, rubric)
    assert judgement.lines[0].points >= 40 or judgement.score == 130
    assert judgement.temperature is not Temperature.VERY_COLD
