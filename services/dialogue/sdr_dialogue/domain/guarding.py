"""What engines are not shown: instructions in messages, names and documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sdr_dialogue.domain.conversation import LeadMessage, Line, Speaker, TurnContext
from sdr_dialogue.domain.injection import is_injection, shown_name, without_injection
from sdr_dialogue.domain.knowledge import Found
from sdr_dialogue.domain.verdicts import Action, Check, Verdict


def guarded(context: TurnContext) -> tuple[TurnContext, tuple[Verdict, ...]]:
    """A context in which nobody but us gives instructions, and what was found.

    What was ignored stays in the conversation that people see; it is neither evidence nor a sign.
    """
    messages, ignored = _messages(context.messages)
    name, odd = shown_name(context.contact_name)
    found, poisoned = guarded_passages(context.found)
    verdicts = (
        Verdict(Check.INJECTION, Action.IGNORED, ignored),
        Verdict(Check.INJECTED_NAME, Action.IGNORED, int(odd)),
        Verdict(Check.INJECTED_KNOWLEDGE, Action.IGNORED, poisoned),
    )
    clean = replace(
        context,
        messages=messages,
        history=guarded_lines(context.history),
        contact_name=name,
        found=found,
    )
    return clean, tuple(verdict for verdict in verdicts if verdict.count)


def guarded_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines in which a lead gives no instructions."""
    return tuple(
        replace(line, text=without_injection(line.text)[0]) if line.speaker is Speaker.LEAD else line for line in lines
    )


def _messages(messages: Iterable[LeadMessage]) -> tuple[tuple[LeadMessage, ...], int]:
    clean, ignored = [], 0
    for message in messages:
        text, found = without_injection(message.text)
        clean.append(replace(message, text=text) if found else message)
        ignored += found
    return tuple(clean), ignored


def guarded_passages(found: Iterable[Found]) -> tuple[tuple[Found, ...], int]:
    """Whole passages go: what stands beside an instruction in a document is not to be trusted either."""
    clean, poisoned = [], 0
    for item in found:
        kept = tuple(passage for passage in item.passages if not is_injection(passage.text))
        poisoned += len(item.passages) - len(kept)
        clean.append(replace(item, passages=kept))
    return tuple(clean), poisoned
