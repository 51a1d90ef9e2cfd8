"""What code checks of a model's draft before anything of it counts: proof, promises, the one question, length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from sdr_common.lead import FactKind, FactSource
from sdr_dialogue.domain.conversation import FactDraft, Speaker, TurnContext, TurnDraft
from sdr_dialogue.domain.language import clearly_spoken, language_of
from sdr_dialogue.domain.merge import merge_facts
from sdr_dialogue.domain.progress import open_questions
from sdr_dialogue.domain.speech_checks import SENTENCE, Speech, names_a_price
from sdr_dialogue.domain.support import is_supported
from sdr_dialogue.domain.text import fold
from sdr_dialogue.domain.verdicts import Action, Check, Verdict

REPLY_LIMIT = 700
"""Characters of a reply: two to four lines."""
QUESTION_LIMIT = 300
"""Characters of a question."""

Questions = Callable[[FactKind, TurnContext, str], str]
"""The product's wording of a question, in a language."""

_SPACES = re.compile(r"\s+")
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
)
_CONFIRMED_LATER = {
    "pt": "Essa informação a equipe confirma com você na avaliação.",
    "es": "Esa información el equipo te la confirma en la evaluación.",
    "en": "Our team will confirm that with you at the assessment.",
}


def checked(
    draft: TurnDraft, question: str, context: TurnContext, ask: Questions, private: frozenset[str] = frozenset()
) -> TurnDraft:
    """The draft with nothing in it that the rules forbid, and what was found.

    Args:
        draft: Its `reply` is what stands before the question.
        question: The model's own question; may be empty.
        context: What the model was told.
        ask: Words for a question where the model asked a wrong one or none.
        private: Shingles of our instructions (`speech_checks.shingles`).

    Returns:
        A draft whose facts are proven, whose reply promises nothing that the account does not say, and
        which asks for one fact that is open, or for none where none may be asked.
    """
    facts, verdicts = _believed(draft, context)
    draft, foreign = _in_the_leads_language(draft, context)
    verdicts += foreign
    speech = Speech(context, private)
    answer, before = speech.cleaned(draft.answer), speech.cleaned(draft.reply)
    unanswered = draft.unanswered_question
    if speech.left_a_question_open:
        later = _CONFIRMED_LATER.get(draft.language, _CONFIRMED_LATER["pt"])
        answer, before = f"{answer}\n{later}".strip(), f"{before}\n{later}".strip()
        unanswered = unanswered or " ".join(message.text for message in context.messages).strip()[:500]
    asks = _asks(draft, facts, context)
    words = ""
    if asks is not None:
        own = draft.asks is asks and not foreign and _is_question(question, context, private)
        words = question.strip() if own else ask(asks, context, draft.language)
        if not own and question.strip():
            verdicts += (Verdict(Check.QUESTION, Action.REPLACED),)
    room = REPLY_LIMIT - len(words) - 1
    reply = "\n".join(part for part in (shortened(before, room), words) if part)
    shown = limit_emojis(reply, context.settings.emojis)
    if len(before) > room:
        verdicts += (Verdict(Check.LENGTH, Action.SHORTENED),)
    if shown != reply.strip():
        verdicts += (Verdict(Check.EMOJIS, Action.REMOVED),)
    return replace(
        draft,
        reply=shown,
        answer=limit_emojis(shortened(answer, REPLY_LIMIT), context.settings.emojis),
        asks=asks,
        facts=facts,
        unanswered_question=unanswered,
        verdicts=(*draft.verdicts, *verdicts, *speech.verdicts()),
    )


def _in_the_leads_language(draft: TurnDraft, context: TurnContext) -> tuple[TurnDraft, tuple[Verdict, ...]]:
    """The draft without words that are clearly in another language than the lead's; the question is worded anew.

    What the lead asked and is not answered so is kept for people, as any question that stays open.
    """
    own = language_of(
        (message.text for message in context.messages),
        (line.text for line in context.history if line.speaker is Speaker.LEAD),
    )
    spoken = clearly_spoken(f"{draft.reply} {draft.answer}")
    if spoken is None or spoken == own:
        return draft, ()
    asked = " ".join(message.text for message in context.messages).strip()[:500] if draft.answer else ""
    draft = replace(draft, reply="", answer="", language=own, unanswered_question=draft.unanswered_question or asked)
    return draft, (Verdict(Check.LANGUAGE, Action.REMOVED),)


def _believed(draft: TurnDraft, context: TurnContext) -> tuple[tuple[FactDraft, ...], tuple[Verdict, ...]]:
    """The facts that are proven and supported, and how many were not."""
    quoted = proven(draft.facts, context)
    facts = tuple(fact for fact in quoted if is_supported(fact, context, draft.language))
    verdicts = (
        Verdict(Check.FACT_UNPROVEN, Action.REMOVED, len(draft.facts) - len(quoted)),
        Verdict(Check.FACT_UNSUPPORTED, Action.REMOVED, len(quoted) - len(facts)),
    )
    return facts, tuple(verdict for verdict in verdicts if verdict.count)


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


def _is_question(text: str, context: TurnContext, private: frozenset[str]) -> bool:
    fits = text.strip().endswith("?") and len(text) <= QUESTION_LIMIT and not names_a_price(text)
    return fits and Speech(context, private).cleaned(text) == text.strip()


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


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at the end of a sentence, else of a word."""
    text = text.strip()
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    head = text[:limit]
    ends = [match.start() for match in SENTENCE.finditer(head)]
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
