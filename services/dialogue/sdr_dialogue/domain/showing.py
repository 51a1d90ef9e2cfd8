"""A conversation as people read it."""

from __future__ import annotations

from sdr_dialogue.domain.answering import shown
from sdr_dialogue.domain.conversation import Speaker
from sdr_dialogue.domain.superseding import being_sent
from sdr_dialogue.domain.turn import Loaded, ShownLine

_ATTACHMENTS = {
    "image": "imagem",
    "audio": "áudio",
    "video": "vídeo",
    "file": "arquivo",
    "location": "localização",
    "contact": "contato",
}


def lines_for_people(loaded: Loaded) -> tuple[ShownLine, ...]:
    """Its lines, oldest first, with the reply that Chatwoot has not shown yet where it belongs."""
    turns = tuple(turn for turn in loaded.turns if not turn.superseded)
    sending = being_sent(turns, loaded.lines)
    words = {
        line.message_id: " ".join(f"[{_ATTACHMENTS.get(kind, kind)}]" for kind in line.attachments)
        for line in loaded.lines
    }
    lines = [
        ShownLine(
            line.message_id,
            line.speaker,
            "" if line.deleted else " ".join(part for part in (line.text, words[line.message_id]) if part),
            line.said_at,
        )
        for line in loaded.lines
    ]
    unconfirmed = [line for line in shown((), sending) if line.speaker is Speaker.BOT]
    if sending is not None:
        place = sum(1 for line in lines if line.message_id <= max(sending.message_ids, default=0))
        lines[place:place] = [ShownLine(0, Speaker.BOT, line.text, line.said_at, True) for line in unconfirmed]
    return tuple(lines)
