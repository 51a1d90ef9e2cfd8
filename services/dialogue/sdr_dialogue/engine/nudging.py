"""The words of a reminder: an opening that presses nobody, and the open question in other words."""

from __future__ import annotations

from sdr_common.lead import FactKind
from sdr_dialogue.domain.conversation import Speaker, TurnContext
from sdr_dialogue.domain.language import language_of
from sdr_dialogue.engine.speech import joined, speech_for
from sdr_dialogue.engine.wording import called, question_for


def word_nudge(context: TurnContext, asks: FactKind) -> tuple[str, str]:
    """One reminder, and the language that it is in; the same context always gets the same words."""
    said = [line.text for line in context.history if line.speaker is Speaker.LEAD]
    language = language_of([message.text for message in context.messages], said[-8:])
    speech = speech_for(context, language)
    opening = speech.pick(speech.book.nudge, name=called(context.facts))
    question = question_for(asks, context, speech, wish_known=FactKind.INTEREST in context.facts)
    return joined([opening], question, context.settings.emojis), language
