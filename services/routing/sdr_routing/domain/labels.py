"""The labels of a conversation: four families, of which each has one member at a time."""

from __future__ import annotations

from collections.abc import Sequence

from sdr_common.lead import FactKind, InterestLevel
from sdr_routing.domain.outcome import Outcome
from sdr_routing.domain.text import slug

TEMPERATURE_COLORS = {"quente": "#FF0000", "morno": "#FFA500", "frio": "#0000FF", "muito_frio": "#808080"}
FAMILY_COLORS = {"procedimento": "#9C27B0", "urgencia": "#FF9800", "comportamento": "#4CAF50"}
FAMILIES = ("temperatura", *FAMILY_COLORS)


def color_of(label: str) -> str:
    """The published colour of one of our labels."""
    family, _, member = label.partition("-")
    return FAMILY_COLORS.get(family) or TEMPERATURE_COLORS[member]


def wanted(outcome: Outcome) -> tuple[str, ...]:
    """The labels that a judgement gives; none before one."""
    qualification = outcome.qualification
    if qualification is None:
        return ()
    labels = [f"temperatura-{qualification.temperature.value}"]
    interest = outcome.lead.facts.get(FactKind.INTEREST)
    if interest is not None and interest.level != InterestLevel.NONE and slug(interest.canonical):
        labels.append(f"procedimento-{slug(interest.canonical)}")
    urgency = outcome.lead.facts.get(FactKind.URGENCY)
    if urgency is not None and urgency.level:
        labels.append(f"urgencia-{urgency.level}")
    if outcome.behaviour is not None:
        labels.append(f"comportamento-{outcome.behaviour.value}")
    return tuple(labels)


def merged(current: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The set that must be stored, because Chatwoot replaces it.

    Others' labels stay, a new one of ours replaces the old ones of its family, and a family without a new
    one keeps what it had.
    """
    families = {label.partition("-")[0] for label in new}
    kept = [label for label in current if label in new or not _is_of(label, families)]
    return tuple(dict.fromkeys([*kept, *new]))


def is_needed(current: Sequence[str], new: Sequence[str]) -> bool:
    """Whether merging would change anything."""
    return set(merged(current, new)) != set(current)


def _is_of(label: str, families: set[str]) -> bool:
    family, separator, _ = label.partition("-")
    return bool(separator) and family in families
