"""What code checks of a model's draft before anything of it counts: proof, promises, the one question, length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from sdr_common.lead import FactKind, FactSource
from sdr_dialogue.domain.conversation import FactDraft, Speaker, TurnContext, TurnDraft, sources_of
from sdr_dialogue.domain.merge import merge_facts
from sdr_dialogue.domain.progress import open_questions
from sdr_dialogue.domain.text import fold

REPLY_LIMIT = 700
"""Characters of a reply: two to four lines."""
QUESTION_LIMIT = 300
"""Characters of a question."""

Questions = Callable[[FactKind, TurnContext, str], str]
"""The product's wording of a question, in a language."""

_SPACES = re.compile(r"\s+")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_MONEY = re.compile(r"r\$\s*[\d.,]+|\b\d[\d.,]*\s*(?:reais|mil reais|% (?:de desconto|off))")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
)
_BOOKED = re.compile(r"\b(?:agendei|marquei|reservei|(?:esta|ficou|foi) (?:agendad|marcad|reservad|confirmad)[oa])\b")
_CONFIRMED_LATER = {
    "pt": "Essa informação a equipe confirma com você na avaliação.",
    "es": "Esa información el equipo te la confirma en la evaluación.",
    "en": "Our team will confirm that with you at the assessment.",
}


def checked(draft: TurnDraft, question: str, context: TurnContext, ask: Questions) -> TurnDraft:
    """The draft with nothing in it that the rules forbid.

    Args:
        draft: Its `reply` is what stands before the question.
        question: The model's own question; may be empty.
        context: What the model was told.
        ask: Words for a question where the model asked a wrong one or none.

    Returns:
        A draft whose facts are proven, whose reply promises nothing that the account does not say, and
        which asks for one fact that is open, or for none where none may be asked.
    """
    facts = proven(draft.facts, context)
    answer = _honest(draft.answer, context, draft.language)
    before = _honest(draft.reply, context, draft.language)
    unanswered = draft.unanswered_question
    if answer != draft.answer.strip() and not unanswered:
        unanswered = " ".join(message.text for message in context.messages).strip()[:500]
    asks = _asks(draft, facts, context)
    words = ""
    if asks is not None:
        own = draft.asks is asks and _is_question(question)
        words = question.strip() if own else ask(asks, context, draft.language)
    room = REPLY_LIMIT - len(words) - 1
    reply = "\n".join(part for part in (shortened(before, room), words) if part)
    return replace(
        draft,
        reply=limit_emojis(reply, context.settings.emojis_per_reply),
        answer=limit_emojis(shortened(answer, REPLY_LIMIT), context.settings.emojis_per_reply),
        asks=asks,
        facts=facts,
        unanswered_question=unanswered,
    )


def proven(facts: Iterable[FactDraft], context: TurnContext) -> tuple[FactDraft, ...]:
    """The facts whose evidence the lead really wrote, with the message that has it."""
    said = [(message.message_id, message.text) for message in context.messages]
    said += [(line.message_id, line.text) for line in reversed(context.history) if line.speaker is Speaker.LEAD]
    kept = []
    for fact in facts:
        quote = _comparable(fact.evidence)
        sources = [message_id for message_id, text in said if quote and quote in _comparable(text)]
        if sources:
            source = fact.source_message_id if fact.source_message_id in sources else sources[0]
            kept.append(replace(fact, source_message_id=source))
    return tuple(kept)


def _is_question(text: str) -> bool:
    return text.strip().endswith("?") and len(text) <= QUESTION_LIMIT and not _MONEY.search(fold(text))


def _asks(draft: TurnDraft, facts: tuple[FactDraft, ...], context: TurnContext) -> FactKind | None:
    if (
        context.already_qualified
        or draft.escalation is not None
        or draft.opted_out
        or draft.disqualification is not None
    ):
        return None
    after = merge_facts(context.facts, facts, now=context.now, settings=context.settings, source=FactSource.LEAD).facts
    open_ = open_questions(after, context.attempts, context.settings)
    if draft.asks in open_:
        return draft.asks
    return open_[0] if open_ else None


def _honest(text: str, context: TurnContext, language: str) -> str:
    """The text without sentences that name a price, a link or a booking which the account never told."""
    told = fold(" ".join(sources_of(context)))
    amounts = frozenset(_DIGITS.findall(told))
    kept, dropped = [], False
    for line in text.strip().splitlines():
        sentences = []
        for sentence in _SENTENCE.split(line.strip()):
            if _invents(sentence, told, amounts):
                dropped = True
            elif sentence:
                sentences.append(sentence)
        kept.append(" ".join(sentences))
    if not dropped:
        return text.strip()
    kept.append(_CONFIRMED_LATER.get(language, _CONFIRMED_LATER["pt"]))
    return "\n".join(line for line in kept if line)


def _invents(sentence: str, told: str, amounts: frozenset[str]) -> bool:
    said = fold(sentence)
    if _BOOKED.search(said):
        return True
    if any(fold(link) not in told for link in _LINK.findall(sentence)):
        return True
    return any(not amounts.issuperset(_DIGITS.findall(money)) for money in _MONEY.findall(said))


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at the end of a sentence, else of a word."""
    text = text.strip()
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    head = text[:limit]
    ends = [match.start() for match in _SENTENCE.finditer(head)]
    if ends and ends[-1] > limit // 3:
        return head[: ends[-1]].rstrip()
    return head.rsplit(" ", 1)[0].rstrip(" ,;:") + ("" if " " not in head else "…")


def limit_emojis(text: str, most: int) -> str:
    """The text with its first `most` emojis."""
    found = list(_EMOJI.finditer(text))
    for extra in reversed(found[most:]):
        text = text[: extra.start()].rstrip(" ") + text[extra.end() :]
    return text.strip()


def _comparable(text: str) -> str:
    return _SPACES.sub(" ", fold(text)).strip()
