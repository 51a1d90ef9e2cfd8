"""What observations make of a history: lines are added once, edited in order, deleted for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sdr_dialogue.domain.conversation import Speaker
from sdr_dialogue.domain.text import fold
from sdr_dialogue.domain.turn import LineChange, Observation, ObservationKind, PastTurn, StoredLine

_SPEAKERS = {
    ObservationKind.BOT_LINE: Speaker.BOT,
    ObservationKind.HUMAN_LINE: Speaker.HUMAN,
    ObservationKind.LEAD_LINE: Speaker.LEAD,
}


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A history after observations, and what must be written for it."""

    lines: tuple[StoredLine, ...]
    """The history, oldest first."""
    turns: tuple[PastTurn, ...]
    """The turns, with newly confirmed ones marked."""
    new_lines: tuple[StoredLine, ...]
    changes: tuple[LineChange, ...]
    confirmed: tuple[int, ...]


def take_in(
    observations: Iterable[Observation],
    lines: Sequence[StoredLine],
    turns: Sequence[PastTurn],
    now: datetime,
) -> TakenIn:
    """Apply observations to a history; applying them twice changes nothing more.

    A line of ours is matched to the turn whose reply it shows, which confirms that reply.

    Args:
        observations: In any order.
        lines: What is known, oldest first; it need not reach back to the beginning.
        turns: Oldest first.
        now: Stands in for a missing time.
    """
    known = {line.message_id: line for line in lines}
    new: dict[int, StoredLine] = {}
    changes: dict[int, LineChange] = {}
    current = {turn.turn_id: turn for turn in turns}
    confirmed: list[int] = []
    # A line comes before its edit, whatever order they were seen in.
    for seen in sorted(observations, key=lambda item: (item.kind not in _SPEAKERS, item.happened_at or now)):
        at = seen.happened_at or now
        speaker = _SPEAKERS.get(seen.kind)
        if speaker is None:
            change = LineChange(seen.message_id, _text_of(seen), at, seen.kind is ObservationKind.DELETED)
            _change(change, known, new, changes)
            continue
        if seen.message_id in known:
            continue
        line = StoredLine(seen.message_id, speaker, seen.text, at, at)
        if speaker is Speaker.BOT and (said := turn_that_said(line, tuple(current.values()))) is not None:
            line = replace(line, asks=said.asks)
            current[said.turn_id] = replace(said, confirmed=True)
            confirmed.append(said.turn_id)
        known[seen.message_id] = new[seen.message_id] = line
    history = tuple(sorted(known.values(), key=lambda line: line.message_id))
    return TakenIn(
        history, tuple(current.values()), tuple(new.values()), tuple(changes.values()), tuple(dict.fromkeys(confirmed))
    )


def _text_of(seen: Observation) -> str:
    return "" if seen.kind is ObservationKind.DELETED else seen.text


def _change(
    change: LineChange,
    known: dict[int, StoredLine],
    new: dict[int, StoredLine],
    changes: dict[int, LineChange],
) -> None:
    line = known.get(change.message_id)
    if line is not None and (line.deleted or (line.changed_at > change.changed_at and not change.deleted)):
        return
    if line is not None:
        line = replace(line, text=change.text, changed_at=change.changed_at, deleted=change.deleted)
        known[change.message_id] = line
    if change.message_id in new and line is not None:
        new[change.message_id] = line
        # The line may be stored already although it is not in this part of the history: both are written.
    earlier = changes.get(change.message_id)
    if earlier is None or (not earlier.deleted and (change.deleted or earlier.changed_at <= change.changed_at)):
        changes[change.message_id] = change


def turn_that_said(line: StoredLine, turns: Sequence[PastTurn]) -> PastTurn | None:
    """The turn whose reply a line of ours shows; None: none of them, such as a nudge or a template.

    The line may be a part of the reply, or a closing that begins with it, and its mark-up may differ. Of
    several turns with the same words the oldest that waits for its confirmation is meant, because replies
    go out in order; one that was superseded only if no other fits.
    """
    words = _squashed(line.text)
    if not words:
        return None
    fitting = [turn for turn in turns if _shows(words, turn) and line.message_id > max(turn.message_ids, default=0)]
    waiting = [turn for turn in fitting if not turn.confirmed and not turn.superseded]
    if waiting:
        return waiting[0]
    said = [turn for turn in fitting if turn.confirmed]
    return (said or fitting)[-1] if fitting else None


def _shows(words: str, turn: PastTurn) -> bool:
    reply = _squashed(turn.reply)
    return bool(reply) and (words in reply or words.startswith(reply))


def _squashed(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())
