"""What Chatwoot tells of a lead beside its messages: a sale by a label, an answer to a satisfaction survey. Pure.

Neither starts a turn nor changes what the bot does: both only count.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from sdr_common.lead import LeadOutcome


@dataclass(frozen=True, slots=True)
class SaleLabels:
    """Labels by which people tell what became of a lead."""

    won: str = "venda-ganha"
    lost: str = "venda-perdida"


SALE_LABELS: Final = SaleLabels()
"""The product's."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom it is about."""

    contact_id: int
    conversation_id: int
    """Chatwoot's display id."""
    inbox_id: int
    """0: unknown."""
    channel: str
    """A published word of `sdr_common.lead.Channel`, or empty: unknown."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A label said what became of a lead, or no longer says it."""

    about: About
    outcome: LeadOutcome
    at: float
    """When the conversation changed, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A lead answered a survey."""

    about: About
    message_id: int
    """The survey."""
    rating: int
    """1-5."""
    feedback: str
    """In the lead's words; empty: nothing."""


Aside = Sale | Rating


def outcome_by_labels(before: AbstractSet[str], after: AbstractSet[str], labels: SaleLabels) -> LeadOutcome | None:
    """What a change of labels says of a sale; None: nothing.

    A label that is put on has the word, a sale before a loss; one that is taken off leaves it to the other, if that
    is on, else takes the word back.
    """
    words = {labels.won.casefold(): LeadOutcome.WON, labels.lost.casefold(): LeadOutcome.LOST}
    was = [outcome for label, outcome in words.items() if label in {each.casefold() for each in before}]
    now = [outcome for label, outcome in words.items() if label in {each.casefold() for each in after}]
    if was == now:
        return None
    put_on = [outcome for outcome in now if outcome not in was]
    return next(iter(put_on or now), LeadOutcome.OPEN)
