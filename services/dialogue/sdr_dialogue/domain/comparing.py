"""What differs between two texts, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    """What happened to a line."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One line of a comparison."""

    change: Change
    text: str


def compared(before: Sequence[str], after: Sequence[str]) -> tuple[ChangedLine, ...]:
    """Every line of both, removed ones before what stands in their place; empty where nothing differs."""
    if list(before) == list(after):
        return ()
    lines: list[ChangedLine] = []
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            lines += [ChangedLine(Change.SAME, text) for text in before[first:last]]
            continue
        lines += [ChangedLine(Change.REMOVED, text) for text in before[first:last]]
        lines += [ChangedLine(Change.ADDED, text) for text in after[start:end]]
    return tuple(lines)
