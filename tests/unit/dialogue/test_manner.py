"""How the scripted engine puts its replies: no echo, no repetition, the answer first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdr_common.lead import EndReason, FactKind
from sdr_dialogue.domain.settings import FrequentQuestion
from sdr_dialogue.engine.speech import listed, of_procedure
from sdr_dialogue.engine.spelling import spelled_out
from tests.unit.dialogue.builders import CLINIC, Talk, levels, reading

WISH, N, U, K, L = (
    FactKind.INTEREST,
    FactKind.NAME,
    FactKind.URGENCY,
    FactKind.KNOWLEDGE,
    FactKind.LOCATION,
)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("sim", "Renata"),
        ("pode", "Renata"),
        ("pode sim, é isso mesmo", "Renata"),
        ("não, me chamo Patrícia", "Patrícia"),
        ("prefiro Rê", "Rê"),
        ("pode ser só Rê", "Rê"),
        ("não, é Beatriz", "Beatriz"),
    ],
)
def test_an_offered_name_is_taken_or_replaced(answer: str, name: str) -> None:
    talk = Talk(contact_name="Renata Lopes")
    assert talk.say("quero botox").asks is N
    talk.say(answer)
    assert talk.facts[N].value == name


def test_a_bare_no_to_an_offered_name_is_asked_back_at_once() -> None:
    talk = Talk(contact_name="Renata")
    talk.say("oi quero botox")
    draft = talk.say("não")
    assert draft.asks is N
    assert draft.reply in ("Claro! Como você prefere que eu te chame?", "Desculpa! Qual é o seu nome, então?")
    assert talk.say("Beatriz").asks is U


def test_a_name_is_corrected_whatever_was_asked_meanwhile() -> None:
    talk = Talk()
    for text in ("quero botox", "Marcia", "na verdade é Márcia Helena"):
        talk.say(text)
    assert talk.facts[N].value == "Márcia Helena"


def test_a_lead_that_asks_back_for_our_name_is_told_it() -> None:
    talk = Talk()
    talk.say("quero botox")
    draft = talk.say("Tati, e o seu?")
    assert talk.facts[N].value == "Tati"
    assert "Sofia" in draft.reply


def test_a_question_instead_of_the_wish_is_answered_and_the_wish_asked_for_again() -> None:
    talk = Talk()
    assert talk.say("oi").asks is WISH
    draft = talk.say("vc é um robô?")
    assert "assistente virtual" in draft.answer
    assert draft.asks is WISH


def test_without_a_wish_the_questions_do_not_speak_of_this() -> None:
    talk = Talk(attempts={WISH: 1, N: 1})
    for text in ("hum", "semana que vem"):
        reply = talk.say(text).reply
        assert "isso" not in reply
        assert "esse procedimento" not in reply


def test_an_answer_comes_before_and_instead_of_an_echo() -> None:
    reply = Talk().say("quero botox amanhã, quanto custa?").reply
    assert "O botox sai a partir de R$ 900." in reply
    assert "amanhã" not in reply
    assert "te ajud" not in reply


def test_a_greeting_with_the_name_needs_no_second_one() -> None:
    assert Talk().say("oi, sou a Carla, qual o valor do botox?").reply.count("Carla") == 1


def test_a_price_that_was_asked_for_again_is_not_refused_in_the_same_words() -> None:
    talk = Talk()
    talk.say("quanto custa o preenchimento labial?")
    reply = talk.say("vcs não passam preço??").reply
    assert "valor" in reply
    assert "chamo" in reply


def test_a_human_is_offered_once_in_a_while_only() -> None:
    talk = Talk(attempts={WISH: 3, N: 2, U: 2, K: 2, L: 2})
    offers = [reply for reply in (talk.say("hum").reply for _ in range(4)) if "equipe pra falar" in reply]
    offers += [line.reply for line in talk.replies if "pessoa da equipe" in line.reply]
    assert len(offers) == 1


def test_thanks_after_the_qualification_are_answered_as_thanks() -> None:
    assert Talk(ended=EndReason.FACTS_COMPLETE).say("obrigada!").reply.startswith(("Imagina", "Por nada"))


def test_why_do_you_ask_is_explained_once_and_then_left() -> None:
    talk = Talk()
    talk.say("quero botox")
    assert [talk.say("pra que?").asks, talk.say("pra que?").asks] == [N, U]


def test_whether_a_person_is_speaking_is_a_question_not_a_wish_for_one() -> None:
    draft = Talk().say("tô falando com uma pessoa?")
    assert draft.escalation is None
    assert "assistente virtual" in draft.reply
    assert Talk().say("quero falar com uma pessoa").escalation is not None


def test_a_general_answer_serves_a_question_that_names_a_treatment_or_a_day() -> None:
    own = replace(
        CLINIC,
        frequent_questions=(
            FrequentQuestion("Dói? O procedimento dói?", "Só um leve desconforto."),
            FrequentQuestion("Qual o horário? Vocês atendem sábado?", "De segunda a sábado."),
        ),
    )
    assert Talk(settings=own).say("tirar tatuagem dói muito??").answer == "Só um leve desconforto."
    assert Talk(settings=own).say("vcs abrem domingo?").answer == "De segunda a sábado."


def test_of_three_questions_the_known_answers_are_said() -> None:
    draft = Talk().say("queria saber como funciona a remoção de tatuagem, quanto custa e se dói, obrigada!")
    assert draft.answer == "A remoção custa de R$ 250 por sessão. Usamos anestésico tópico."


@pytest.mark.parametrize(
    ("text", "asked", "known"),
    [
        ("tô com pressa", U, {"urgencia": "esta_semana"}),
        ("não tenho pressa", U, {"urgencia": "pesquisando"}),
        ("sim sempre faço", K, {"conhecimento": "conhece_valores"}),
        ("só o que minha amiga contou", K, {"conhecimento": "pesquisou_pouco"}),
        ("sou do abc, santo andré", L, {"localizacao": "longe"}),
    ],
)
def test_everyday_answers_are_understood(text: str, asked: FactKind, known: dict[str, str]) -> None:
    assert levels(text, asked) == known


@pytest.mark.parametrize(
    ("text", "place"), [("já disse, moema", "Moema"), ("ela mora na vila mariana", "Vila Mariana")]
)
def test_a_place_is_written_without_the_words_around_it(text: str, place: str) -> None:
    assert [draft.value for draft in reading(text, L).drafts] == [place]


def test_a_place_is_told_in_the_lead_s_language() -> None:
    draft = Talk().say("hi, where are you located?")
    assert draft.language == "en"
    assert draft.answer == "We're at Rua Canário, 500, Moema."


def test_words_are_put_into_sentences() -> None:
    assert listed("Botox, Limpeza de pele, PRP", " e ") == "botox, limpeza de pele e PRP"
    assert [of_procedure(name) for name in ("botox", "remoção de tatuagem", "limpeza de pele", "fios de PDO")] == [
        "do botox",
        "da remoção de tatuagem",
        "da limpeza de pele",
        "de fios de PDO",
    ]
    assert spelled_out("qnd der, esse fds") == "quando der, esse fim de semana"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello, do you speak english?", "English"),
        ("vocês falam inglês?", "inglês"),
        ("hola, ¿hablan español?", "español"),
    ],
)
def test_the_languages_we_speak_are_told(text: str, words: str) -> None:
    assert words in Talk().say(text).answer


def test_haste_is_not_echoed_as_a_word() -> None:
    talk = Talk(facts={}, attempts={WISH: 1, N: 1})
    talk.say("hum")
    assert "pressa" not in talk.say("tô com pressa").reply


@pytest.mark.parametrize(
    ("text", "asked", "known"),
    [
        ("quanto antes melhor", U, {"urgencia": "esta_semana"}),
        ("qndo der", U, {"urgencia": "pesquisando"}),
        ("pro verão", U, {"urgencia": "acima_30_dias"}),
        ("sei nadinha", K, {"conhecimento": "nao_conhece"}),
        ("nunca nem ouvi falar", K, {"conhecimento": "nao_conhece"}),
        ("tenho uma noção", K, {"conhecimento": "pesquisou_pouco"}),
        ("só uma vez", K, {"conhecimento": "conhece_valores"}),
        ("é só pra saber", N, {}),
        ("só posso sábado", N, {"urgencia": "esta_semana"}),
    ],
)
def test_more_everyday_answers_are_understood(text: str, asked: FactKind, known: dict[str, str]) -> None:
    assert levels(text, asked) == known


def test_haste_is_no_question_for_a_price() -> None:
    assert reading("quanto antes melhor", U).questions == ()
    assert reading("quanto fica o botox?").questions != ()


def test_a_dropped_wish_is_replaced_by_the_new_one() -> None:
    talk = Talk()
    for text in ("quero remover uma tatuagem", "Igor", "desisti, agora quero botox"):
        talk.say(text)
    assert talk.facts[WISH].value == "Botox"
    assert U not in talk.facts


def test_a_summary_spells_the_lead_s_haste_out() -> None:
    talk = Talk()
    for text in ("quero botox", "Ana", "hj"):
        talk.say(text)
    assert "pretende fazer: hoje." in talk.judged().summary


def test_a_wished_day_is_a_wish_to_book() -> None:
    draft = Talk().say("quero botox. pode ser amanhã?")
    assert draft.answer == "Quem confirma dia e horário é a equipe; já deixei seu pedido anotado."
