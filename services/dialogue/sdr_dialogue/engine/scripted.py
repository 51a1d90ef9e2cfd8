"""The scripted engine: rules and lexicons in pure Python, without network, clock or chance."""

from __future__ import annotations

import re
from datetime import datetime

from sdr_common.lead import LEVELS, EscalationReason, FactKind
from sdr_dialogue.domain.conversation import (
    AnalysisContext,
    AnalysisDraft,
    LeadMessage,
    Speaker,
    TurnContext,
    TurnDraft,
)
from sdr_dialogue.domain.language import language_of
from sdr_dialogue.domain.progress import end_of, next_question
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.engine.analysis import analyse
from sdr_dialogue.engine.answers import Answered, answer
from sdr_dialogue.engine.speech import REPLY_LIMIT, Speech, joined, shortened, speech_for
from sdr_dialogue.engine.tone import emojis_for
from sdr_dialogue.engine.understand import Ground, Understanding, understand
from sdr_dialogue.engine.wording import called, comforting, compose, declined_name, greeting, is_back, media_words

NAME = "scripted"
_THANKS = re.compile(r" (?:obrigad[ao]s?|agradeco|agradecida|gratidao|gracias|thanks|thank) ")
_DESPAIR = (
    "me matar",
    "suicid",
    "acabar com minha vida",
    "acabar com a minha vida",
    "nao quero mais viver",
    "tirar minha vida",
)


class ScriptedEngine:
    """A `LanguageModel` that needs nobody: the default without an API key, the last resort with one.

    It reads WhatsApp Portuguese (and plain Spanish and English), answers from the account's own
    questions, and asks for one missing fact at a time. The same context always gets the same answer.
    """

    @property
    def name(self) -> str:
        """Always "scripted"."""
        return NAME

    async def respond(self, context: TurnContext) -> TurnDraft:
        """One answer to a burst; takes about a millisecond, so it never yields."""
        return respond_to(context)

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """The judgement of a whole conversation, by reading it again from the start."""
        return analyse(context)


def respond_to(context: TurnContext) -> TurnDraft:
    """What the engine makes of a burst; a pure function of the context."""
    language = language_of(
        [message.text for message in context.messages],
        [line.text for line in context.history if line.speaker is Speaker.LEAD][-8:],
    )
    understood = understand(context.messages, _ground(context, language))
    speech = speech_for(context, language)
    return (
        _urgent(understood, speech, context)
        or _disqualified(understood, language)
        or _conversed(context, understood, speech)
    )


def _ground(context: TurnContext, language: str) -> Ground:
    bot_line = next((line.text for line in reversed(context.history) if line.speaker is Speaker.BOT), "")
    return Ground(
        settings=context.settings,
        now=context.now,
        facts=context.facts,
        asked=context.asked,
        language=language,
        contact_name=context.contact_name,
        bot_line=bot_line,
        asked_before=frozenset(kind for kind, count in context.attempts.items() if count),
        times_asked=context.attempts.get(context.asked, 0) if context.asked else 0,
        earlier=tuple(line.text for line in context.history if line.speaker is Speaker.LEAD)[-8:],
    )


def _urgent(understood: Understanding, speech: Speech, context: TurnContext) -> TurnDraft | None:
    """One kind message to a lead who wants out, or who needs a person now."""
    escalation = EscalationReason.DATA_DELETION if understood.wants_deletion else understood.escalation
    if understood.wants_deletion:
        reply = speech.book.deletion
    elif understood.opted_out and escalation is not EscalationReason.EMERGENCY:
        reply, escalation = speech.book.opted_out, None
    elif escalation is not None:
        desperate = any(word in hearing.text for hearing in understood.hearings for word in _DESPAIR)
        calm = escalation is not EscalationReason.EMERGENCY
        reply = speech.book.escalation[escalation] if calm or not desperate else speech.book.despair
    else:
        return None
    return TurnDraft(
        reply=joined([reply], "", context.settings.emojis),
        facts=understood.drafts,
        sentiment=understood.sentiment,
        language=speech.language,
        disqualification=None if escalation else understood.disqualification,
        escalation=escalation,
        opted_out=understood.wants_deletion or (understood.opted_out and escalation is None),
    )


def _disqualified(understood: Understanding, language: str) -> TurnDraft | None:
    """No lead, or none any more: what is said to it is the hand-off's to say."""
    if understood.disqualification is None:
        return None
    return TurnDraft(
        reply="",
        facts=understood.drafts,
        sentiment=understood.sentiment,
        language=language,
        disqualification=understood.disqualification,
    )


def _conversed(context: TurnContext, understood: Understanding, speech: Speech) -> TurnDraft:
    answered = answer(understood, context, speech)
    if context.already_qualified:
        reply, asks = _to_qualified(context, understood, speech, answered), None
    else:
        asks = _asks(context, understood, answered)
        reply = compose(context, understood, speech, answer=answered.text, asks=asks)
        if asks is None and not answered.text:
            reply = _thanks(context, understood, speech)
    return TurnDraft(
        reply=reply,
        facts=understood.drafts,
        answer=shortened(answered.text, REPLY_LIMIT),
        asks=asks,
        sentiment=understood.sentiment,
        language=speech.language,
        unanswered_question=answered.unanswered,
        cited=answered.cited,
    )


def _asks(context: TurnContext, understood: Understanding, answered: Answered) -> FactKind | None:
    """The next fact to ask for; after "por que pergunta?" the same one, once."""
    said = sum(1 for line in context.history if line.speaker is Speaker.LEAD) + len(context.messages)
    over = end_of(
        understood.facts,
        context.attempts,
        disqualification=None,
        lead_message_count=said,
        settings=context.settings,
    )
    if over is not None:
        return None
    asked = context.asked
    again = asked is not None and asked not in understood.facts and asked is not FactKind.MOTIVATION
    # A question instead of an answer leaves the wish open, and every other question builds on it.
    back = asked is FactKind.INTEREST and bool(understood.questions)
    once_more = answered.asked_why or back or declined_name(context)
    if (
        asked is not None
        and again
        and once_more
        and context.attempts.get(asked, 0) == 1 < context.settings.attempts_per_fact
    ):
        return asked
    return next_question(understood.facts, context.attempts, context.settings)


def _thanks(context: TurnContext, understood: Understanding, speech: Speech) -> str:
    """A short word when nothing is left to ask: the closing follows."""
    hello, media = greeting(context, understood, speech), media_words(context, speech)
    words = speech.book.no_more_questions if understood.evasive else speech.book.thanks
    parts = [hello, comforting(understood, speech), media, speech.pick(words)]
    return joined(parts, "", emojis_for(understood, context.settings))


def _to_qualified(context: TurnContext, understood: Understanding, speech: Speech, answered: Answered) -> str:
    media = media_words(context, speech)
    thanked = any(_THANKS.search(hearing.text) for hearing in understood.hearings)
    closing = speech.book.welcome if thanked else speech.book.qualified
    hello = "" if thanked or not is_back(context) else greeting(context, understood, speech)
    words = answered.text or speech.pick(closing, name="" if hello else called(understood.facts))
    comfort = "" if thanked else comforting(understood, speech)
    return joined([hello, comfort, media, words], "", emojis_for(understood, context.settings))


def read_value(kind: FactKind, value: str, settings: AccountSettings, now: datetime) -> tuple[str, str]:
    """Level and canonical of a value that a human wrote, read as if the lead had answered the question for it."""
    ground = Ground(settings=settings, now=now, facts={}, asked=kind, language="pt")
    understood = understand((LeadMessage(0, value, now),), ground)
    for draft in understood.drafts:
        if draft.kind is kind and draft.level in LEVELS[kind]:
            return draft.level, draft.canonical
    return "", ""
