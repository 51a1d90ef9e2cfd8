"""The reply of a turn: what was understood, the answer, one question."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sdr_common.lead import Fact, FactKind, FactSource, KnowledgeLevel, LocationLevel, Sentiment, UrgencyLevel
from sdr_dialogue.domain.conversation import Speaker, TurnContext
from sdr_dialogue.domain.served_area import CLOSE_TO_CLINIC
from sdr_dialogue.domain.settings import Tone
from sdr_dialogue.domain.text import fold
from sdr_dialogue.engine.name import declines_shown_name, shown_first_name
from sdr_dialogue.engine.speech import Speech, in_sentence, joined, listed
from sdr_dialogue.engine.spelling import spelled_out
from sdr_dialogue.engine.tone import comfort_of, emojis_for
from sdr_dialogue.engine.topics import Topic
from sdr_dialogue.engine.understand import Understanding

_OCCASIONS = (
    "casamento",
    "casar",
    "caso em",
    "formatura",
    "aniversario",
    "aniversário",
    "festa",
    "noiv",
    "lua de mel",
    "debutante",
)
_READS_WELL = re.compile(
    r"(?:(?:na|no|pra|para|em|ate|ainda|nessa|nesse|pro|nesta|neste|de|depois do|antes do|depois da|"
    r"antes da) )*(?:(?:o|a) )?"
    r"(?:(?:essa|esta|esse|este|nessa|nesse|proxim[ao]|outr[ao]) )?(?:semana|mes|ano|fim de semana|hoje|amanha|"
    r"depois de amanha|"
    r"segunda|terca|quarta|quinta|sexta|sabado|domingo|janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|"
    r"setembro|outubro|"
    r"novembro|dezembro|natal|carnaval|pascoa|verao|inverno|fim do ano|fim do mes|meio do ano|"
    r"dia \d{1,2}(?: de \w+)?|"
    r"comeco do mes)(?:-feira| feira)?(?: (?:que vem|ainda|mesmo|agora|passando))?(?: (?:mesmo|ainda))?"
)
"""A date that can be said back as the lead said it: "semana que vem", "dia 20 de abril"."""
_MEDIA = ("audio", "image", "location")


def greeting(context: TurnContext, understood: Understanding, speech: Speech) -> str:
    """The first words of a conversation; empty when the bot has greeted."""
    if context.greeted or any(question.topic is Topic.ROBOT for question in understood.questions):
        return ""  # Who is speaking is said once.
    text = understood.hearings[0].text if understood.hearings else ""
    hello = next(
        (word for said, word in speech.book.hello.items() if said and f" {said} " in text), speech.book.hello[""]
    )
    words = speech.book.greeting_again if is_back(context) else speech.book.greeting
    return speech.introduction(words, hello=hello, name=called(understood.facts))


def is_back(context: TurnContext) -> bool:
    """Whether an earlier conversation taught us the lead's name; one that a human wrote down says nothing of it."""
    name = context.facts.get(FactKind.NAME)
    return name is not None and name.source is not FactSource.AGENT


def called(facts: Mapping[FactKind, Fact]) -> str:
    """The comma and first name that follow a greeting: ", Ana"; empty when the name is unknown."""
    first = first_name(facts)
    return f", {first}" if first else ""


def first_name(facts: Mapping[FactKind, Fact]) -> str:
    """How to address the lead; empty: unknown."""
    name = facts.get(FactKind.NAME)
    every = name.value.split() if name else []
    return every[0][:40] if every else ""


def media_words(context: TurnContext, speech: Speech) -> str:
    """What is said to attachments: pictures are never judged, unheard audio is asked for in writing."""
    types = {kind for message in context.messages for kind in message.attachment_types}
    unheard = any("audio" in message.attachment_types and not message.text.strip() for message in context.messages)
    parts = []
    if unheard:
        parts.append(speech.pick(speech.book.audio))
    if "image" in types:
        parts.append(speech.pick(speech.book.image))
    elif "location" in types and FactKind.LOCATION not in context.facts:
        parts.append(speech.pick(speech.book.place_pin))
    elif types - set(_MEDIA) and not unheard:
        parts.append(speech.pick(speech.book.attachment))
    return " ".join(parts)


def acknowledgement(understood: Understanding, speech: Speech, *, answered: bool = False) -> str:
    """A few words on what the lead just told, at most two sentences; before an answer only a name or a correction."""
    book, drafts = speech.book, {draft.kind: draft for draft in understood.drafts}
    if understood.corrected:
        return speech.pick(book.corrected)
    said: list[str] = []
    if FactKind.NAME in drafts:
        said.append(speech.pick(book.got_name, name=first_name(understood.facts)))
    if answered:
        return " ".join(said)
    for kind in (FactKind.INTEREST, FactKind.LOCATION, FactKind.KNOWLEDGE, FactKind.URGENCY):
        if kind in drafts and len(said) < 2:
            said.append(_noted(understood.facts[kind], speech))
            break
    motive = drafts.get(FactKind.MOTIVATION)
    if motive and len(said) < 2 and any(word in motive.value.lower() for word in _OCCASIONS):
        said.insert(0, speech.pick(book.occasion))
    if said:
        return " ".join(said)
    return speech.pick(book.no_pressure) if understood.evasive else ""


def comforting(understood: Understanding, speech: Speech) -> str:
    """What is said to the lead's mood; empty: nothing."""
    comfort = comfort_of(understood)
    return speech.pick(speech.book.comfort[comfort]) if comfort is not None else ""


def _noted(fact: Fact, speech: Speech) -> str:
    book = speech.book
    if fact.kind is FactKind.INTEREST:
        return (
            speech.pick(book.got_interest, interest=listed(fact.value, speech.last_joint)[:120])
            if fact.canonical
            else speech.pick(book.neutral)
        )
    if fact.kind is FactKind.URGENCY:
        return _noted_urgency(fact, speech)
    if fact.level == KnowledgeLevel.KNOWS_PRICES:
        return speech.pick(book.experienced)
    if fact.kind is FactKind.KNOWLEDGE:
        new = fact.level in (KnowledgeLevel.FIRST_SEARCH, KnowledgeLevel.UNKNOWN)
        return speech.pick(book.new_to_it if new else book.got_knowledge)
    if fact.level == LocationLevel.NEAR:
        return speech.pick(book.near)
    return (
        speech.pick(book.neutral)
        if fact.canonical == CLOSE_TO_CLINIC
        else speech.pick(book.got_place, place=fact.value[:80])
    )


def _noted_urgency(fact: Fact, speech: Speech) -> str:
    """A word on the date; the lead's own words only where they read well in ours."""
    book = speech.book
    if fact.level == UrgencyLevel.RESEARCHING:
        return speech.pick(book.no_hurry)
    said = spelled_out(in_sentence(fact.value))[:80]
    if said == "o quanto antes":
        return speech.pick(book.haste)
    by_level = book.urgency_by_level.get(UrgencyLevel(fact.level)) if fact.level else None
    if by_level and not _READS_WELL.fullmatch(fold(said)):
        return speech.pick(by_level)
    return speech.pick(book.got_urgency, urgency=said.lower() if said.isupper() else said)


def question_for(
    kind: FactKind, context: TurnContext, speech: Speech, *, wish_known: bool = True, explained: bool = False
) -> str:
    """One question: the account's own wordings first, another one at each attempt; the last offers a human.

    Args:
        kind: What is asked for.
        context: The turn.
        speech: The way of speaking.
        wish_known: Whether the lead has said what it wants, so that "isso" means something.
        explained: The reply has just said why it asks: the plainest wording follows.
    """
    attempt = context.attempts.get(kind, 0)
    own = context.settings.questions.get(kind, ()) if speech.language == "pt" else ()
    if own:
        text = own[attempt % len(own)].strip()
    elif kind is FactKind.NAME and attempt == 0 and (shown := shown_first_name(context.contact_name)):
        text = speech.pick(speech.book.call_you, name=shown)
    elif attempt == 1 and declined_name(context):
        return speech.pick(speech.book.call_you_instead)
    elif attempt == 0 and not wish_known and kind in speech.book.questions_without_interest:
        text = speech.pick(speech.book.questions_without_interest[kind])
    else:
        rounds = speech.book.questions[kind]
        text = speech.pick(rounds[0 if explained else min(attempt, len(rounds) - 1)])
    last = attempt > 0 and attempt + 1 >= context.settings.attempts_per_fact
    if last and not speech.has_said(speech.book.human_offer + speech.book.price_again):
        return f"{speech.pick(speech.book.human_offer)} {text}"
    return text


def declined_name(context: TurnContext) -> bool:
    """Whether the lead just said no to the name that we offered, and gave no other."""
    return context.asked is FactKind.NAME and declines_shown_name(
        [message.text for message in context.messages], context.contact_name, _last_line(context)
    )


def _last_line(context: TurnContext) -> str:
    return next((line.text for line in reversed(context.history) if line.speaker is Speaker.BOT), "")


def compose(
    context: TurnContext,
    understood: Understanding,
    speech: Speech,
    *,
    answer: str,
    asks: FactKind | None,
) -> str:
    """The whole reply: greeting, answer, a word on what was told, one question."""
    media = media_words(context, speech)
    hello = greeting(context, understood, speech)
    declined = asks is FactKind.NAME and declined_name(context)
    comfort = comforting(understood, speech)
    direct = context.settings.tone is Tone.DIRECT
    note = (
        ""
        if declined or _is_enough(comfort, understood) or (direct and not understood.corrected)
        else acknowledgement(understood, speech, answered=bool(answer))
    )
    wish_known = FactKind.INTEREST in understood.facts
    explained = any(question.topic is Topic.WHY_ASK for question in understood.questions)
    question = question_for(asks, context, speech, wish_known=wish_known, explained=explained) if asks else ""
    if hello and FactKind.NAME in {draft.kind for draft in understood.drafts}:
        note = ""
    elif not (hello or comfort or note or answer or media or declined or direct) and question:
        note = speech.pick(speech.book.neutral)
    emojis = emojis_for(understood, context.settings)
    if understood.sentiment is Sentiment.IRRITATED and not answer and not speech.has_said(speech.book.human_offer):
        note = speech.pick(speech.book.human_offer)
    return joined([hello, comfort, note, answer, media], question, emojis)


def _is_enough(comfort: str, understood: Understanding) -> bool:
    """Whether a word on the mood stands alone: an angry lead wants no echo, a sad one its name at most."""
    named = any(draft.kind is FactKind.NAME for draft in understood.drafts)
    return bool(comfort) and understood.sentiment is not Sentiment.POSITIVE and not named and not understood.corrected
