"""Judges a torture from what was sent and what is in the tables afterwards; shares no code with the product."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """An entry that was acknowledged."""

    key_id: int
    poison: bool = False


@dataclass(frozen=True)
class Effect:
    """The outside world saw an answer."""

    id: int
    key_id: int
    turn: int
    epoch: int
    answer: str


@dataclass(frozen=True)
class Stored:
    """An entry as stored."""

    ext: int
    key_id: int
    turn: int | None


@dataclass(frozen=True)
class Turn:
    """A closed turn."""

    turn: int
    key_id: int
    exts: tuple[int, ...]
    outcome: str
    attempt: int


@dataclass(frozen=True)
class Evidence:
    """All that is left of a torture."""

    sent: Mapping[int, Sent]
    """By outside id, unique over all keys."""
    refused: frozenset[int]
    stored: Sequence[Stored]
    effects: Sequence[Effect]
    """By id, which is the order in which they happened."""
    turns: Sequence[Turn]
    open_keys: Sequence[int]
    """Keys that are due, or will be, or have a turn open."""


def violations(evidence: Evidence) -> list[str]:
    """Broken promises, none if all is well."""
    return [
        *_of_storage(evidence),
        *_of_answers(evidence),
        *_of_order(evidence),
        *_of_turns(evidence),
        *(f"key {key_id} is not at rest" for key_id in evidence.open_keys),
    ]


def _of_storage(evidence: Evidence) -> Iterator[str]:
    stored = {entry.ext for entry in evidence.stored}
    if len(stored) != len(evidence.stored):
        yield "an entry is stored twice"
    for ext in evidence.sent.keys() - stored:
        yield f"entry {ext} was acknowledged and is not stored"
    for ext in evidence.refused & stored:
        yield f"entry {ext} was refused and is stored"
    for entry in evidence.stored:
        if entry.turn is None:
            yield f"entry {entry.ext} was never taken"


def _of_answers(evidence: Evidence) -> Iterator[str]:
    answers: dict[int, set[str]] = defaultdict(set)
    turns_of: dict[int, set[int]] = defaultdict(set)
    for effect in evidence.effects:
        answers[effect.turn].add(effect.answer)
        for ext in json.loads(effect.answer)["exts"]:
            turns_of[ext].add(effect.turn)
            if ext in evidence.sent and evidence.sent[ext].key_id != effect.key_id:
                yield f"entry {ext} was answered to another key"
    for turn, given in answers.items():
        if len(given) > 1:
            yield f"turn {turn} was answered in {len(given)} ways"
    for ext in evidence.sent:
        if len(turns_of[ext]) != 1:
            yield f"entry {ext} was answered in {len(turns_of[ext])} turns"
    for ext in turns_of.keys() - evidence.sent.keys():
        yield f"entry {ext} was answered and never acknowledged"


def _of_order(evidence: Evidence) -> Iterator[str]:
    """New answers of a key come in the order of their turns, and never from an older holder."""
    latest: dict[int, tuple[int, int]] = {}
    seen: set[int] = set()
    for effect in evidence.effects:
        if effect.turn in seen:
            continue
        seen.add(effect.turn)
        turn, epoch = latest.get(effect.key_id, (0, 0))
        if effect.turn < turn or effect.epoch < epoch:
            yield f"turn {effect.turn} of key {effect.key_id} was answered after turn {turn}"
        latest[effect.key_id] = (effect.turn, effect.epoch)


def _of_turns(evidence: Evidence) -> Iterator[str]:
    answers = {effect.turn: json.loads(effect.answer) for effect in evidence.effects}
    closed = {turn.turn: turn for turn in evidence.turns}
    if len(closed) != len(evidence.turns):
        yield "a turn is closed twice"
    for number in answers.keys() ^ closed.keys():
        yield f"turn {number} was answered or closed, not both"
    last: dict[int, Turn] = {}
    for number, turn in sorted(closed.items()):
        last[turn.key_id] = turn
        answer = answers.get(number, {"exts": turn.exts, "reason": ""})
        if sorted(answer["exts"]) != sorted(turn.exts):
            yield f"turn {number} was answered for other entries than it holds"
        if not turn.exts and answer["reason"] != "nudge":
            yield f"turn {number} has neither entries nor a reason"
        poison = any(evidence.sent[ext].poison for ext in turn.exts if ext in evidence.sent)
        if poison != (turn.outcome == "handed_over"):
            yield f"turn {number} ended as {turn.outcome}, poison {poison}"
        if poison and turn.attempt < 5:
            yield f"turn {number} was handed over at attempt {turn.attempt}"
    for key_id, turn in last.items():
        if turn.outcome == "waking":
            yield f"key {key_id} never woke after turn {turn.turn}"
