"""The reply of a turn: what was understood, the answer, one question."""

from __future__ import annotations

from collections.abc import Mapping

from sdr_common.lead import Fact, FactKind, KnowledgeLevel, LocationLevel, Sentiment, UrgencyLevel
from sdr_dialogue.domain.conversation import TurnContext
from sdr_dialogue.domain.served_area import CLOSE_TO_CLINIC
from sdr_dialogue.engine.name import shown_first_name
from sdr_dialogue.engine.speech import Speech, in_sentence, joined
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
_MEDIA = ("audio", "image", "location")


def greeting(context: TurnContext, understood: Understanding, speech: Speech) -> str:
    """The first words of a conversation; empty when the bot has greeted."""
    if context.greeted or any(question.topic is Topic.ROBOT for question in understood.questions):
        return ""  # Who is speaking is said once.
    text = understood.hearings[0].text if understood.hearings else ""
    hello = next(
        (word for said, word in speech.book.hello.items() if said and f" {said} " in text), speech.book.hello[""]
    )
    return speech.introduction(speech.book.greeting, hello=hello, name=called(understood.facts))


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


def acknowledgement(understood: Understanding, speech: Speech) -> str:
    """A few words on what the lead just told, at most two sentences."""
    book, drafts = speech.book, {draft.kind: draft for draft in understood.drafts}
    if understood.corrected:
        return speech.pick(book.corrected)
    said: list[str] = []
    if FactKind.NAME in drafts:
        said.append(speech.pick(book.got_name, name=first_name(understood.facts)))
    for kind in (FactKind.LOCATION, FactKind.KNOWLEDGE, FactKind.URGENCY, FactKind.INTEREST):
        if kind in drafts and len(said) < 2:
            said.append(_noted(understood.facts[kind], speech))
            break
    motive = drafts.get(FactKind.MOTIVATION)
    if motive and len(said) < 2 and any(word in motive.value.lower() for word in _OCCASIONS):
        said.insert(0, speech.pick(book.occasion))
    if said:
        return " ".join(said)
    if understood.evasive:
        return speech.pick(book.no_pressure)
    return (
        speech.pick(book.sorry_repeat)
        if understood.sentiment is Sentiment.NEGATIVE and not understood.questions and _complains(understood)
        else ""
    )


def _complains(understood: Understanding) -> bool:
    return any(
        f" {word} " in hearing.text
        for hearing in understood.hearings
        for word in ("ja falei", "ja disse", "de novo", "ja respondi", "mesma pergunta")
    )


def _noted(fact: Fact, speech: Speech) -> str:
    book = speech.book
    if fact.kind is FactKind.INTEREST:
        return (
            speech.pick(book.got_interest, interest=in_sentence(fact.value)[:120])
            if fact.canonical
            else speech.pick(book.neutral)
        )
    if fact.kind is FactKind.URGENCY:
        if fact.level == UrgencyLevel.RESEARCHING:
            return speech.pick(book.no_hurry)
        return speech.pick(book.got_urgency, urgency=in_sentence(fact.value)[:80])
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


def question_for(kind: FactKind, context: TurnContext, speech: Speech) -> str:
    """One question: the account's own wordings first, another one at each attempt; the last offers a human."""
    attempt = context.attempts.get(kind, 0)
    own = context.settings.questions.get(kind, ()) if speech.language == "pt" else ()
    if own:
        text = own[attempt % len(own)].strip()
    elif kind is FactKind.NAME and attempt == 0 and (shown := shown_first_name(context.contact_name)):
        text = speech.pick(speech.book.call_you, name=shown)
    else:
        rounds = speech.book.questions[kind]
        text = speech.pick(rounds[min(attempt, len(rounds) - 1)])
    if attempt > 0 and attempt + 1 >= context.settings.attempts_per_fact:
        return f"{speech.pick(speech.book.human_offer)} {text}"
    return text


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
    note = acknowledgement(understood, speech)
    if answer and understood.drafts and not understood.corrected and len(answer) > 160:
        note = ""
    question = question_for(asks, context, speech) if asks else ""
    hello = greeting(context, understood, speech)
    if not (hello or note or answer or media) and question:
        note = speech.pick(speech.book.neutral)
    if hello and not answer and FactKind.NAME in {draft.kind for draft in understood.drafts}:
        note = ""
    return joined([hello, note, answer, media], question, context.settings.emojis_per_reply)
