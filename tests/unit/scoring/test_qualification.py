from __future__ import annotations

import pytest

from sdr_common.errors import InvalidField
from sdr_common.lead import (
    Disqualification,
    DisqualificationKind,
    EndReason,
    Fact,
    FactKind,
    FunnelStage,
    LeadStatus,
    NextStep,
    Temperature,
)
from sdr_scoring.domain.qualification import Judgement, qualify
from sdr_scoring.domain.rubric import DEFAULT_RUBRIC, Rubric
from tests.unit.scoring.builders import a_fact, a_refusal, a_rubric, facts_with


def judge(
    facts: dict[FactKind, Fact],
    disqualification: Disqualification | None = None,
    ended: EndReason = EndReason.FACTS_COMPLETE,
    rubric: Rubric = DEFAULT_RUBRIC,
) -> Judgement:
    return qualify(facts, disqualification, ended, rubric)


def rules_of(judgement: Judgement) -> list[str]:
    return [rule.rule for rule in judgement.rules]


def test_tattoo_removal_in_two_weeks_on_a_first_search_is_85_and_warm() -> None:
    judgement = judge(
        facts_with(interesse="especifico", urgencia="proximas_2_semanas", conhecimento="primeira_pesquisa")
    )
    assert (judgement.score, judgement.temperature) == (85, Temperature.WARM)
    assert [line.points for line in judgement.lines] == [50, 25, 10, 0, 0]


def test_tattoo_removal_only_researching_on_a_first_search_is_70_and_warm() -> None:
    judgement = judge(facts_with(interesse="especifico", urgencia="pesquisando", conhecimento="primeira_pesquisa"))
    assert (judgement.score, judgement.temperature) == (70, Temperature.WARM)


def test_the_best_of_everything_is_130_and_hot() -> None:
    judgement = judge(
        facts_with(
            interesse="especifico",
            urgencia="esta_semana",
            conhecimento="conhece_valores",
            localizacao="perto",
            motivacao="clara",
        )
    )
    assert (judgement.score, judgement.temperature) == (130, Temperature.HOT)
    assert judgement.rules == ()
    assert [line.note for line in judgement.lines] == ["", "", "", "", ""]


def test_nothing_known_is_0_and_very_cold_with_the_reason_on_each_line() -> None:
    judgement = judge({}, ended=EndReason.MESSAGE_LIMIT)
    assert (judgement.score, judgement.temperature) == (0, Temperature.VERY_COLD)
    assert [(line.kind.value, line.maximum, line.note) for line in judgement.lines] == [
        ("interesse", 50, "não informado"),
        ("urgencia", 30, "não informado"),
        ("conhecimento", 20, "não informado"),
        ("localizacao", 10, "não informado"),
        ("motivacao", 20, "não informado"),
    ]


# Every boundary of the temperatures, with what follows from it.
@pytest.mark.parametrize(
    ("levels", "score", "temperature", "next_step", "funnel_stage", "status"),
    [
        (
            {"interesse": "especifico", "urgencia": "ate_30_dias", "conhecimento": "conhece_valores"},
            90,
            Temperature.HOT,
            NextStep.HAND_TO_CLOSER,
            FunnelStage.QUALIFIED,
            LeadStatus.QUALIFIED,
        ),
        (
            {"interesse": "especifico", "urgencia": "ate_30_dias", "conhecimento": "pesquisou_pouco"},
            85,
            Temperature.WARM,
            NextStep.SCHEDULE_FOLLOW_UP,
            FunnelStage.QUALIFIED,
            LeadStatus.QUALIFIED,
        ),
        (
            {"interesse": "especifico"},
            50,
            Temperature.WARM,
            NextStep.SCHEDULE_FOLLOW_UP,
            FunnelStage.QUALIFIED,
            LeadStatus.QUALIFIED,
        ),
        (
            {"interesse": "generico", "localizacao": "longe"},
            45,
            Temperature.COLD,
            NextStep.NURTURE,
            FunnelStage.FIRST_CONTACT,
            LeadStatus.COMPLETE,
        ),
        (
            {"urgencia": "pesquisando", "conhecimento": "primeira_pesquisa"},
            20,
            Temperature.COLD,
            NextStep.NURTURE,
            FunnelStage.FIRST_CONTACT,
            LeadStatus.COMPLETE,
        ),
        (
            {"urgencia": "pesquisando", "conhecimento": "nao_conhece"},
            15,
            Temperature.VERY_COLD,
            NextStep.RECORD,
            FunnelStage.DISQUALIFIED,
            LeadStatus.COMPLETE,
        ),
    ],
)
def test_a_score_leads_to_its_temperature_next_step_stage_and_status(
    *,
    levels: dict[str, str],
    score: int,
    temperature: Temperature,
    next_step: NextStep,
    funnel_stage: FunnelStage,
    status: LeadStatus,
) -> None:
    judgement = judge(facts_with(**levels))
    assert (judgement.score, judgement.temperature) == (score, temperature)
    assert (judgement.next_step, judgement.funnel_stage, judgement.status) == (next_step, funnel_stage, status)


@pytest.mark.parametrize(
    ("points", "temperature"),
    [
        (19, Temperature.VERY_COLD),
        (20, Temperature.COLD),
        (49, Temperature.COLD),
        (50, Temperature.WARM),
        (89, Temperature.WARM),
        (90, Temperature.HOT),
    ],
)
def test_the_exact_boundaries_hold_for_a_rubric_that_can_reach_them(points: int, temperature: Temperature) -> None:
    rubric = a_rubric(
        interesse=[0, 0, 0, 0],
        urgencia=[points, 0, 0, 0, 0],
        conhecimento=[130 - points, 0, 0, 0],
        localizacao=[0, 0, 0],
        motivacao=[0, 0, 0],
    )
    judgement = judge(facts_with(urgencia="esta_semana"), rubric=rubric)
    assert (judgement.score, judgement.temperature) == (points, temperature)


def test_a_line_carries_the_leads_words() -> None:
    facts = {FactKind.INTEREST: a_fact(FactKind.INTEREST, "especifico", quote="quero remover minha tatuagem")}
    line = judge(facts).lines[0]
    assert (line.level, line.points, line.maximum, line.quote, line.note) == (
        "especifico",
        50,
        50,
        "quero remover minha tatuagem",
        "",
    )


@pytest.mark.parametrize(
    ("kind", "level", "note"),
    [
        (FactKind.LOCATION, "", "local não reconhecido: 0 pontos"),
        (FactKind.LOCATION, "outra_cidade", "fora da região atendida: 0 pontos"),
        (FactKind.INTEREST, "nenhum", "sem interesse declarado: 0 pontos"),
        (FactKind.MOTIVATION, "nenhuma", "nenhum motivo além do procedimento: 0 pontos"),
        (FactKind.URGENCY, "", "resposta sem nível definido: 0 pontos"),
    ],
)
def test_a_known_fact_without_points_says_why(kind: FactKind, level: str, note: str) -> None:
    judgement = judge({kind: a_fact(kind, level)})
    line = next(line for line in judgement.lines if line.kind is kind)
    assert (line.points, line.note, line.quote) == (0, note, "palavras do lead")


def test_a_level_that_the_clinic_values_at_nothing_says_so() -> None:
    rubric = a_rubric(urgencia=[30, 25, 20, 15, 0])
    line = judge(facts_with(urgencia="pesquisando"), rubric=rubric).lines[1]
    assert (line.points, line.note) == (0, "“só pesquisando” vale 0 pontos na tabela da clínica")


def test_a_name_gives_no_line() -> None:
    judgement = judge({FactKind.NAME: a_fact(FactKind.NAME)})
    assert judgement.score == 0
    assert FactKind.NAME not in {line.kind for line in judgement.lines}


@pytest.mark.parametrize(
    ("kind", "level"), [(FactKind.INTEREST, "esta_semana"), (FactKind.URGENCY, "hoje"), (FactKind.NAME, "perto")]
)
def test_a_level_of_another_fact_is_refused_by_name(kind: FactKind, level: str) -> None:
    with pytest.raises(InvalidField) as caught:
        judge({kind: a_fact(kind, level)})
    assert caught.value.field == f"facts[{kind}].level"
    assert caught.value.details["value"] == level


@pytest.mark.parametrize("kind", list(DisqualificationKind))
def test_an_explicit_sign_of_no_lead_is_very_cold_whatever_the_sum(kind: DisqualificationKind) -> None:
    facts = facts_with(
        interesse="generico", urgencia="esta_semana", conhecimento="conhece_valores", localizacao="perto"
    )
    judgement = judge(facts, a_refusal(kind), EndReason.DISQUALIFIED)
    assert judgement.score == 100
    assert judgement.temperature is Temperature.VERY_COLD
    assert judgement.next_step is NextStep.RECORD
    assert judgement.funnel_stage is FunnelStage.DISQUALIFIED
    assert judgement.status is LeadStatus.COMPLETE
    assert rules_of(judgement) == ["disqualified"]
    assert "(pela soma seria quente)" in judgement.rules[0].explanation


def test_a_refusal_after_naming_a_procedure_wins() -> None:
    judgement = judge(facts_with(10, interesse="especifico"), a_refusal(message_id=11), EndReason.DISQUALIFIED)
    assert (judgement.score, judgement.temperature) == (50, Temperature.VERY_COLD)
    assert rules_of(judgement) == ["latest_statement_wins", "disqualified"]


def test_naming_a_procedure_after_a_refusal_wins() -> None:
    judgement = judge(facts_with(12, interesse="especifico"), a_refusal(message_id=11))
    assert (judgement.score, judgement.temperature) == (50, Temperature.WARM)
    assert judgement.status is LeadStatus.QUALIFIED
    assert rules_of(judgement) == ["latest_statement_wins"]
    assert judgement.disqualification == a_refusal(message_id=11)


def test_a_later_generic_interest_takes_no_refusal_back() -> None:
    judgement = judge(facts_with(12, interesse="generico"), a_refusal(message_id=11))
    assert judgement.temperature is Temperature.VERY_COLD
    assert rules_of(judgement) == ["disqualified"]


@pytest.mark.parametrize(("interest", "refusal"), [(11, 11), (0, 11), (11, 0), (0, 0)])
def test_a_refusal_stands_unless_the_procedure_is_known_to_be_named_later(interest: int, refusal: int) -> None:
    judgement = judge(facts_with(interest, interesse="especifico"), a_refusal(message_id=refusal))
    assert judgement.temperature is Temperature.VERY_COLD


def test_an_end_by_disqualification_is_very_cold_even_without_its_proof() -> None:
    judgement = judge(facts_with(interesse="especifico"), None, EndReason.DISQUALIFIED)
    assert judgement.temperature is Temperature.VERY_COLD
    assert rules_of(judgement) == ["disqualified"]
    assert judgement.rules[0].explanation == (
        "O contato recusou ou não é um lead: a temperatura é muito frio, qualquer que seja a soma "
        "(pela soma seria morno)."
    )


def test_a_named_procedure_is_never_very_cold() -> None:
    rubric = a_rubric(cold=60, warm=70, hot=80)
    judgement = judge(facts_with(interesse="especifico"), rubric=rubric)
    assert (judgement.score, judgement.temperature) == (50, Temperature.COLD)
    assert judgement.next_step is NextStep.NURTURE
    assert rules_of(judgement) == ["named_procedure_never_very_cold"]


def test_a_generic_interest_may_be_very_cold() -> None:
    judgement = judge(facts_with(interesse="generico"), rubric=a_rubric(cold=60, warm=70, hot=80))
    assert (judgement.score, judgement.temperature) == (40, Temperature.VERY_COLD)


def test_a_named_procedure_gives_at_least_40_points_under_any_rubric() -> None:
    rubric = a_rubric(interesse=[20, 10, 5, 0], urgencia=[60, 25, 20, 15, 10])
    judgement = judge(facts_with(interesse="especifico", urgencia="pesquisando"), rubric=rubric)
    line = judgement.lines[0]
    assert (line.points, line.maximum, line.note) == (40, 40, "")
    assert judgement.score == 50
    assert rules_of(judgement) == ["named_procedure_floor"]
    assert judgement.rules[0].explanation == (
        "O lead citou um procedimento ou uma área a tratar: o interesse vale no mínimo 40 pontos, "
        "e não os 20 da tabela da clínica."
    )


def test_the_floor_gives_way_where_the_total_would_pass_130() -> None:
    rubric = a_rubric(interesse=[20, 10, 5, 0], urgencia=[60, 25, 20, 15, 10])
    facts = facts_with(
        interesse="especifico",
        urgencia="esta_semana",
        conhecimento="conhece_valores",
        localizacao="longe",
        motivacao="clara",
    )
    judgement = judge(facts, rubric=rubric)
    assert (judgement.score, judgement.lines[0].points) == (130, 25)
    assert "Foram somados 25 pontos" in judgement.rules[0].explanation


def test_a_rubric_at_the_floor_needs_no_rule() -> None:
    judgement = judge(
        facts_with(interesse="especifico"), rubric=a_rubric(interesse=[40, 40, 30, 0], motivacao=[30, 0, 0])
    )
    assert (judgement.score, judgement.rules) == (40, ())


@pytest.mark.parametrize(
    ("levels", "temperature"), [({"interesse": "especifico"}, Temperature.WARM), ({}, Temperature.VERY_COLD)]
)
def test_an_abandoned_qualification_is_incomplete_but_judged(levels: dict[str, str], temperature: Temperature) -> None:
    judgement = judge(facts_with(**levels), ended=EndReason.ABANDONED)
    assert (judgement.status, judgement.temperature) == (LeadStatus.INCOMPLETE, temperature)
