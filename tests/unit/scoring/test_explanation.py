from __future__ import annotations

from sdr_common.lead import EndReason, FactKind
from sdr_scoring.domain.explanation import explain
from sdr_scoring.domain.qualification import Judgement, Qualification, QualificationId, qualify
from sdr_scoring.domain.rubric import DEFAULT_RUBRIC
from tests.unit.scoring.builders import NOON, a_fact, a_refusal, facts_with


def stored(judgement: Judgement) -> Qualification:
    return Qualification(QualificationId("7f0c1c5e-0000-4000-8000-000000000001"), 2, judgement, 3, NOON)


def test_an_explanation_has_a_line_per_fact_with_level_quote_and_reason() -> None:
    facts = {
        FactKind.INTEREST: a_fact(FactKind.INTEREST, "especifico", quote="quero  remover\numa tatuagem"),
        FactKind.URGENCY: a_fact(FactKind.URGENCY, "proximas_2_semanas", quote="semana que vem"),
        FactKind.KNOWLEDGE: a_fact(FactKind.KNOWLEDGE, "primeira_pesquisa", quote="não"),
        FactKind.LOCATION: a_fact(FactKind.LOCATION, "", quote="moro em Xangrilá"),
    }
    text = explain(stored(qualify(facts, None, EndReason.FACTS_COMPLETE, DEFAULT_RUBRIC)))
    assert text == (
        "Pontuação: 85 de 130.\n"
        "Temperatura: morno.\n"
        "\n"
        "Interesse: 50 de 50 pontos – específico – “quero remover uma tatuagem”\n"
        "Urgência: 25 de 30 pontos – próximas 2 semanas – “semana que vem”\n"
        "Conhecimento: 10 de 20 pontos – primeira pesquisa – “não”\n"
        "Localização: 0 de 10 pontos – “moro em Xangrilá” (local não reconhecido: 0 pontos)\n"
        "Motivação (bônus): 0 de 20 pontos (não informado)\n"
        "\n"
        "Próximo passo: agendar follow-up. Etapa do funil: Lead Qualificado.\n"
        "Situação: qualificado (as perguntas foram concluídas).\n"
        "Avaliação nº 2 deste lead.\n"
        "Tabela de pontos: versão 3."
    )


def test_an_explanation_tells_each_rule_that_applied() -> None:
    judgement = qualify(
        facts_with(10, interesse="especifico"), a_refusal(message_id=11), EndReason.DISQUALIFIED, DEFAULT_RUBRIC
    )
    rules = [line for line in explain(stored(judgement)).splitlines() if line.startswith("Regra aplicada: ")]
    assert "\n".join(rules) == (
        "Regra aplicada: O lead citou um procedimento, mas o lead disse que não tem interesse, e não voltou atrás "
        "depois: vale a última manifestação.\n"
        "Regra aplicada: O lead disse que não tem interesse: a temperatura é muito frio, qualquer que seja a soma "
        "(pela soma seria morno)."
    )


def test_a_very_long_quote_is_shortened_for_readers() -> None:
    facts = {FactKind.INTEREST: a_fact(FactKind.INTEREST, "vago", quote="a" * 4000)}
    line = explain(stored(qualify(facts, None, EndReason.ABANDONED, DEFAULT_RUBRIC))).splitlines()[3]
    assert line == f"Interesse: 30 de 50 pontos – vago – “{'a' * 299}…”"
