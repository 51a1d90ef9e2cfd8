"""How far a qualification has come: what is known, what to ask next, when it is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sdr_common.lead import REQUIRED_FACTS, Disqualification, EndReason, FactKind
from sdr_dialogue.domain.settings import AccountSettings

QUESTION_ORDER: tuple[FactKind, ...] = (
    FactKind.INTEREST,
    FactKind.NAME,
    FactKind.URGENCY,
    FactKind.KNOWLEDGE,
    FactKind.LOCATION,
)
"""The natural order: what brings the lead first, then the name, so that it can be used early."""


def known(facts: Collection[FactKind]) -> tuple[FactKind, ...]:
    """The required facts among `facts` (a mapping by kind will do), in the published order."""
    return tuple(kind for kind in REQUIRED_FACTS if kind in facts)


def open_questions(
    facts: Collection[FactKind], attempts: Mapping[FactKind, int], settings: AccountSettings
) -> tuple[FactKind, ...]:
    """The required facts still worth asking for, the next one first.

    The least asked comes first, so that a lead who passes over a question gets another one before it
    returns; a fact that was asked `settings.attempts_per_fact` times is exhausted.
    """
    missing = [
        kind for kind in QUESTION_ORDER if kind not in facts and attempts.get(kind, 0) < settings.attempts_per_fact
    ]
    return tuple(sorted(missing, key=lambda kind: attempts.get(kind, 0)))


def next_question(
    facts: Collection[FactKind], attempts: Mapping[FactKind, int], settings: AccountSettings
) -> FactKind | None:
    """The fact to ask for next; None when every required fact is known or exhausted."""
    questions = open_questions(facts, attempts, settings)
    return questions[0] if questions else None


def end_of(
    facts: Collection[FactKind],
    attempts: Mapping[FactKind, int],
    *,
    disqualification: Disqualification | None,
    lead_message_count: int,
    settings: AccountSettings,
) -> EndReason | None:
    """Why a qualification ends now; None: it goes on.

    Args:
        facts: What is known after the burst.
        attempts: Asks per fact before this turn's reply: a third ask counts once it was left unanswered.
        disqualification: The burst's explicit sign that this is no lead.
        lead_message_count: The lead's messages since the qualification began, this burst included.
        settings: The account's.
    """
    if disqualification is not None:
        return EndReason.DISQUALIFIED
    if next_question(facts, attempts, settings) is None:
        return EndReason.FACTS_COMPLETE
    if lead_message_count > settings.message_limit:
        return EndReason.MESSAGE_LIMIT
    return None


def count_ask(attempts: Mapping[FactKind, int], asks: FactKind | None) -> dict[FactKind, int]:
    """The asks per fact after a reply that asks for `asks`; a new mapping."""
    counted = dict(attempts)
    if asks is not None:
        counted[asks] = counted.get(asks, 0) + 1
    return counted
