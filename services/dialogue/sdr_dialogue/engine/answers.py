"""Answers to what the lead asks: the clinic's own words first, honest ones otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdr_common.lead import Fact, FactKind
from sdr_dialogue.domain.conversation import TurnContext
from sdr_dialogue.engine.interest import Mention, mentions
from sdr_dialogue.engine.knowledge_base import answer_to
from sdr_dialogue.engine.normalise import normalise
from sdr_dialogue.engine.phrasebook import Variants
from sdr_dialogue.engine.speech import Speech, in_sentence, of_procedure
from sdr_dialogue.engine.topics import Question, Topic, is_about_us, topics_of
from sdr_dialogue.engine.understand import Understanding

_WANTS_BOOKING = re.compile(
    r" (?:quero|queria|gostaria de|vou|posso|bora|vamos|pode|preciso|prefiro)(?: \w+){0,2} (?:agendar|marcar|"
    r"reservar)| (?:agendar|marcar) (?:uma |um |minha |meu )?(?:avaliacao|consulta|horario|procedimento|"
    r"sessao)| me agenda "
)
_SMALL_TALK = re.compile(
    r" (?:tudo (?:bem|bom|joia|certo|otimo)|como (?:vai|voce esta|esta voce|estao)|beleza)(?: com voces?|"
    r" por ai| ai)? [?] "
)
_ADVICE = re.compile(
    r" (?:o que (?:voces? )?(?:me )?(?:indica\w*|recomenda\w*|suger\w+|aconselha\w*|tem(?= para)|faco|fazer|"
    r"posso fazer)|tem "
    r"(?:\w+ )?(?:jeito|solucao|cura|conserto|tratamento|alguma coisa|algo)|da para (?:resolver|tirar|melhorar|"
    r"sumir|tratar)|"
    r"resolve\w*|ha solucao|existe (?:\w+ )?(?:solucao|tratamento)|tem como (?:tirar|resolver|melhorar)) "
)
"""A question for the way, not for a product: "tem jeito?", "o que vocês indicam?"."""
_MOST_LISTED = 6
_MOST_ANSWERED = 2


@dataclass(frozen=True, slots=True)
class Answered:
    """What is said to the lead's questions."""

    text: str
    """Empty: nothing was asked."""
    unanswered: str
    """The lead's words that the clinic's knowledge does not answer."""
    asked_why: bool
    """The lead asked why it is asked: the same question follows again."""
    cited: tuple[int, ...] = ()
    """Passages of the knowledge that the text comes from."""


def answer(understood: Understanding, context: TurnContext, speech: Speech) -> Answered:
    """Answer a burst's questions, at most two of them."""
    said: list[tuple[str, bool]] = []
    unanswered = ""
    asked_why = False
    for question in understood.questions[:4]:
        if question.topic is Topic.WHY_ASK:
            asked_why = True
        text, known = _one(question, understood, context, speech)
        if text and all(text != other for other, _ in said):
            said.append((text, known))
        if not known and not unanswered:
            unanswered = question.quote
    if len(said) > _MOST_ANSWERED:  # What the clinic told us goes before what we must leave to the team.
        kept = sorted(range(len(said)), key=lambda index: not said[index][1])[:_MOST_ANSWERED]
        said = [said[index] for index in sorted(kept)]
    texts = [text for text, _ in said] or _unasked(understood, speech)
    cited = tuple(
        passage.passage_id
        for one in context.found
        for passage in one.passages
        if passage.answers and any(text in passage.text for text in texts)
    )
    return Answered(" ".join(texts), unanswered[:500], asked_why, cited)


def _one(question: Question, understood: Understanding, context: TurnContext, speech: Speech) -> tuple[str, bool]:
    """The words for one question, and whether they answer it."""
    if is_about_us(question.topic):
        return _about_us(question, context, speech), True
    interest = understood.facts.get(FactKind.INTEREST)
    if question.topic is Topic.ADDRESS and speech.language != "pt" and context.settings.clinic_address:
        return _address(context, speech), True  # A street needs no Portuguese.
    kept = answer_to(question, context.settings, interest.canonical if interest else "", context.found)
    if kept is not None and not (question.topic is Topic.PRICE and _is_of_evaluation(kept.question, question)):
        return kept.text, True
    named = [mention for mention in mentions(normalise(question.text), context.settings) if not mention.refused]
    if question.topic is Topic.ADDRESS and context.settings.clinic_address and not _asks_elsewhere(question):
        return _address(context, speech), True
    no_question = question.topic is Topic.OTHER or (question.topic is Topic.HOW_IT_WORKS and not named)
    if no_question and "?" not in question.text:
        return "", True
    if _ADVICE.search(question.text):
        return _advised(named, interest, context, speech), True
    if question.topic is Topic.OFFERED or (question.topic is Topic.OTHER and named):
        return _offered(question, named, context, speech)
    return _honest(question, named, interest, speech)


def _honest(question: Question, named: list[Mention], interest: Fact | None, speech: Speech) -> tuple[str, bool]:
    """Words where the clinic's knowledge says nothing: the team tells."""
    words = speech.book.answers.get(question.topic, speech.book.no_answer)
    name = named[0].name if named else interest.value.split(",")[0] if interest and interest.canonical else ""
    of_interest = f" {of_procedure(in_sentence(name))}" if name else ""
    if question.topic is Topic.PRICE and _told_before(words, of_interest, speech):
        words = speech.book.price_again
    return speech.pick(words, of_interest=of_interest), question.topic is Topic.LANGUAGE


def _is_of_evaluation(known: str, question: Question) -> bool:
    """Whether a stored price is the evaluation's and the lead's question is not about it."""
    about = topics_of(normalise(known).text)[:1] == (Topic.EVALUATION,)
    return about and not re.search(r" (?:avaliac\w+|consultas?) ", question.text)


def _about_us(question: Question, context: TurnContext, speech: Speech) -> str:
    if question.topic is Topic.ROBOT:
        return speech.introduction(speech.book.robot)
    if question.topic is Topic.INSTRUCTIONS:
        return speech.pick(speech.book.instructions)
    return speech.book.why.get(context.asked, "") if context.asked else speech.book.why_anything


def _address(context: TurnContext, speech: Speech) -> str:
    return speech.pick(speech.book.address, address=context.settings.clinic_address.rstrip("."))


def _told_before(variants: Variants, of_interest: str, speech: Speech) -> bool:
    """Whether one of these wordings was our answer lately, for this treatment or before it was named."""
    return any(
        speech.has_said((variant.replace("{of_interest}", name),)) for variant in variants for name in (of_interest, "")
    )


def _asks_elsewhere(question: Question) -> bool:
    """Whether another place is asked about: "tem unidade em Moema?" needs more than our address."""
    return bool(re.search(r" (?:unidades?|filia\w+|outra clinica) ", question.text))


def _offered(question: Question, named: list[Mention], context: TurnContext, speech: Speech) -> tuple[str, bool]:
    """What the clinic does: only what is in its own list."""
    settings = context.settings
    own = {procedure.slug: procedure.name for procedure in settings.procedures}
    if named:
        mention = _meant(named)
        offered = own.get(mention.own_slug or mention.slug)
        if offered is None:
            return speech.pick(speech.book.not_listed, procedure=in_sentence(mention.name)), False
        if in_sentence(offered) != in_sentence(mention.name):
            complaint = _bare_complaint(mention.name)
            return speech.pick(speech.book.treated_with, complaint=complaint, procedure=in_sentence(offered)), True
        return speech.pick(speech.book.offered, procedure=in_sentence(offered)), True
    if (
        question.topic is Topic.OFFERED
        and own
        and re.search(r" (?:quais|que|qual|o que|procedimentos?|tratamentos?|servicos?) ", question.text)
    ):
        names = [in_sentence(name) for name in list(own.values())[:_MOST_LISTED]]
        listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + speech.last_joint + names[-1]
        return speech.pick(speech.book.offers, procedures=listed), True
    return speech.pick(speech.book.no_answer), False


def _meant(named: list[Mention]) -> Mention:
    """What a question with several treatments is about: the first that is more than a part of the body."""
    return next((mention for mention in named if not mention.alone), named[0])


def _advised(named: list[Mention], interest: Fact | None, context: TurnContext, speech: Speech) -> str:
    """The clinic's own procedure for what bothers the lead, else that a professional tells."""
    own = {procedure.slug: procedure.name for procedure in context.settings.procedures}
    slugs = [(mention.own_slug or mention.slug, mention.name) for mention in ([_meant(named)] if named else [])]
    if not slugs and interest is not None:
        slugs = [(interest.canonical, interest.value.split(",")[0])]
    for slug, name in slugs:
        if slug in own:
            procedure = in_sentence(own[slug])
            return speech.pick(speech.book.treated_with, complaint=_bare_complaint(name), procedure=procedure)
    return speech.pick(speech.book.advice)


def _bare_complaint(name: str) -> str:
    """What is treated without the word for treating: "tratamento de manchas" gives "manchas"."""
    return re.sub(r"^tratamento (?:de |do |da |para )?", "", in_sentence(name))


def _unasked(understood: Understanding, speech: Speech) -> list[str]:
    """Words for a wish to book and for small talk."""
    for hearing in understood.hearings:
        if _WANTS_BOOKING.search(hearing.text):
            return [speech.pick(speech.book.booking)]
    for hearing in understood.hearings:
        if _SMALL_TALK.search(hearing.text) and not understood.drafts:
            return [speech.pick(speech.book.small_talk)]
    return []
