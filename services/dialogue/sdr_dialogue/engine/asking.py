"""Which of a burst's words the account's knowledge is asked for."""

from __future__ import annotations

from sdr_dialogue.domain.conversation import TurnContext
from sdr_dialogue.domain.language import language_of
from sdr_dialogue.engine.normalise import normalise
from sdr_dialogue.engine.topics import is_about_us, questions_in

_MOST_SEARCHED = 3


def questions_for_knowledge(context: TurnContext) -> tuple[str, ...]:
    """The lead's questions in its own words, each once, without those about the assistant itself; at most three."""
    language = language_of([message.text for message in context.messages], [])
    quotes = [
        question.quote
        for message in context.messages
        for question in questions_in(normalise(message.text, language), message.message_id)
        if not is_about_us(question.topic)
    ]
    return tuple(dict.fromkeys(quotes))[:_MOST_SEARCHED]
