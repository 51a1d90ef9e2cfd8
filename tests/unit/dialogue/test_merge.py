"""What a new understanding does to what is known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.lead import LEVELS, Fact, FactKind, FactSource
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.domain.merge import MergeResult, detect_human_edits, merge_facts, procedure_slug
from tests.unit.dialogue.builders import CLINIC, NOW, a_fact

WISH, U, L, N = FactKind.INTEREST, FactKind.URGENCY, FactKind.LOCATION, FactKind.NAME


def a_draft(kind: FactKind, value: str, level: str = "", confidence: float = 0.9, **details: str) -> FactDraft:
    evidence = details.get("evidence", value)
    return FactDraft(kind, value, level, evidence, 7, confidence, details.get("canonical", ""))


def merged(known: list[Fact], *drafts: FactDraft, quotes_from: list[str] | None = None) -> MergeResult:
    return merge_facts(
        {fact.kind: fact for fact in known},
        drafts,
        now=NOW,
        settings=CLINIC,
        source=FactSource.LEAD,
        quotes_from=quotes_from,
    )


def test_a_first_statement_is_learned_with_its_evidence() -> None:
    result = merged([], a_draft(U, "Semana que vem", "proximas_2_semanas", evidence="pode ser semana que vem"))
    fact = result.facts[U]
    assert result.learned == (U,)
    assert (fact.value, fact.level, fact.evidence) == (
        "Semana que vem",
        "proximas_2_semanas",
        "pode ser semana que vem",
    )
    assert (fact.source, fact.source_message_id, fact.set_at, fact.locked) == (FactSource.LEAD, 7, NOW, False)


def test_a_value_that_a_human_locked_stays() -> None:
    locked = a_fact(U, "Amanhã", "esta_semana", locked=True)
    assert merged([locked], a_draft(U, "Sem pressa", "pesquisando", 1.0)).facts[U] == locked


def test_a_correction_of_the_lead_replaces_even_a_stronger_level() -> None:
    result = merged([a_fact(U, "Amanhã", "esta_semana")], a_draft(U, "Mês que vem", "ate_30_dias", 0.95))
    assert result.facts[U].level == "ate_30_dias"


def test_an_unsure_statement_does_not_replace_a_sure_one() -> None:
    assert merged([a_fact(U, "Amanhã", "esta_semana")], a_draft(U, "um dia", "pesquisando", 0.4)).learned == ()


def test_a_value_without_a_level_does_not_replace_one_with_a_level() -> None:
    assert merged([a_fact(U, "Amanhã", "esta_semana")], a_draft(U, "hum", "", 0.99)).learned == ()


def test_a_vague_wish_does_not_replace_a_named_procedure() -> None:
    known = a_fact(WISH, "Botox", "especifico", canonical="botox")
    assert merged([known], a_draft(WISH, "Melhorar a aparência", "vago", 0.8)).learned == ()
    assert merged([known], a_draft(WISH, "Só melhorar a aparência", "vago", 0.95)).facts[WISH].level == "vago"


def test_an_empty_value_is_never_learned() -> None:
    assert merged([], a_draft(N, "  ")).facts == {}


def test_saying_the_same_again_teaches_nothing() -> None:
    once = merged([], a_draft(WISH, "Botox", "especifico", canonical="botox"))
    assert merged([once.facts[WISH]], a_draft(WISH, "Botox", "especifico", canonical="botox")).learned == ()


def test_a_level_of_no_such_fact_is_dropped() -> None:
    assert merged([], a_draft(U, "Amanhã", "quente")).facts[U].level == ""
    assert merged([], a_draft(N, "Ana", "especifico")).facts[N].level == ""


def test_the_level_of_a_place_is_the_served_area_s_not_the_engine_s() -> None:
    fact = merged([], a_draft(L, "Moema", "outra_cidade")).facts[L]
    assert (fact.level, fact.canonical) == ("perto", "moema")
    assert merged([], a_draft(L, "moro no bairro tal", "perto", canonical="Guarulhos")).facts[L].level == "longe"
    assert merged([], a_draft(L, "Campinas", canonical="xyz")).facts[L].level == "outra_cidade"


def test_the_account_s_slug_stands_for_a_procedure() -> None:
    assert merged([], a_draft(WISH, "Botox", "especifico", canonical="Toxina")).facts[WISH].canonical == "botox"
    assert procedure_slug("Laser CO2 Fracionado", CLINIC) == "laser_co2_fracionado"


def test_values_are_cut_at_1500_characters_and_freed_of_null_bytes() -> None:
    fact = merged([], a_draft(N, "a\x00" + "b" * 2000)).facts[N]
    assert fact.value == "a" + "b" * 1499


@pytest.mark.parametrize(("confidence", "kept"), [(-1.0, 0.0), (7.0, 1.0), (math.nan, 0.0), (0.5, 0.5)])
def test_a_confidence_is_kept_between_0_and_1(confidence: float, kept: float) -> None:
    assert merged([], a_draft(N, "Ana", confidence=confidence)).facts[N].confidence == kept


def test_an_analysis_counts_only_with_a_quote_that_was_really_said() -> None:
    heard = ["Oi!  Quero fazer\nBOTOX amanhã"]
    quoted = a_draft(WISH, "Botox", "especifico", evidence="quero fazer botox")
    invented = a_draft(U, "Amanhã", "esta_semana", evidence="preciso pra ontem")
    silent = a_draft(N, "Ana", evidence=" ")
    assert merged([], quoted, invented, silent, quotes_from=heard).learned == (WISH,)


def test_the_last_of_several_drafts_wins_and_kinds_come_in_the_published_order() -> None:
    result = merged([], a_draft(U, "hoje", "esta_semana"), a_draft(N, "Ana"), a_draft(U, "dia 20", "ate_30_dias", 0.95))
    assert result.learned == (N, U)
    assert result.facts[U].value == "dia 20"


def test_a_value_that_we_wrote_or_are_writing_is_nobody_s_edit() -> None:
    attributes = {"sdr_ia_nome": "Ana ", "sdr_ia_urgencia": "amanhã", "sdr_ia_score": "90", "waha_whatsapp_lid": "x"}
    assert detect_human_edits(attributes, {N: ["Ana"], U: ["Amanhã"]}, now=NOW, settings=CLINIC) == ()


def test_a_human_s_edit_is_locked_and_an_emptied_attribute_is_none() -> None:
    attributes = {"sdr_ia_nome": "Ana Paula", "sdr_ia_localizacao": "Osasco", "sdr_ia_interesse": ""}
    edits = {fact.kind: fact for fact in detect_human_edits(attributes, {N: ["Ana"]}, now=NOW, settings=CLINIC)}
    assert set(edits) == {N, L}
    assert (edits[N].value, edits[N].locked, edits[N].source) == ("Ana Paula", True, FactSource.AGENT)
    assert (edits[L].level, edits[L].canonical) == ("longe", "osasco")


def test_a_human_s_free_text_has_the_level_that_a_reader_gives_it() -> None:
    attributes = {"sdr_ia_urgencia": "semana que vem", "sdr_ia_conhecimento": "Primeira pesquisa"}
    bare = {fact.kind: fact.level for fact in detect_human_edits(attributes, {}, now=NOW, settings=CLINIC)}
    assert bare == {U: "", FactKind.KNOWLEDGE: "primeira_pesquisa"}
    read = detect_human_edits(
        attributes, {}, now=NOW, settings=CLINIC, read=lambda *_: ("proximas_2_semanas", "canonical")
    )
    assert (read[0].level, read[0].canonical) == ("proximas_2_semanas", "canonical")
    wrong = detect_human_edits(attributes, {}, now=NOW, settings=CLINIC, read=lambda *_: ("urgente", ""))
    assert wrong[0].level == ""


@given(
    kind=st.sampled_from(FactKind),
    value=st.text(max_size=40),
    level=st.sampled_from(["", "especifico", "esta_semana", "perto", "clara", "primeira_pesquisa", "x"]),
    confidence=st.floats(),
)
def test_whatever_an_engine_says_a_fact_stays_within_its_limits(
    kind: FactKind, value: str, level: str, confidence: float
) -> None:
    for fact in merged([], a_draft(kind, value, level, confidence)).facts.values():
        assert 1 <= len(fact.value) <= 1500
        assert fact.level == "" or fact.level in LEVELS[fact.kind]
        assert 0 <= fact.confidence <= 1
