"""Plays personas against the stack and checks what the emulated Chatwoot holds afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise

import psycopg

from tests.e2e.personas import Persona
from tests.support.chatwoot import Chatwoot, JsonObject, Phone
from tests.support.net import eventually
from tests.support.stack import RunningStack

ENDED = {"qualificado", "completo", "incompleto"}
LONGEST = 14
"""Turns after which a conversation that has not ended counts as stuck."""


@dataclass
class Played:
    """What one conversation came to."""

    persona: Persona
    phone: Phone
    bursts: list[list[int]]
    """Ids of the lead's messages, burst by burst."""


async def play(chatwoot: Chatwoot, persona: Persona, timeout_s: float = 60.0) -> Played:
    """Leads one conversation to its end: each burst waits for the answer to the one before."""
    phone = await chatwoot.new_phone(persona.name)
    await phone.send(*persona.opening)
    bursts = [list(phone.sent)]
    for _ in range(LONGEST):
        message = await phone.next_message(timeout_s)
        fact = message["content_attributes"].get("sdr_asks", "")
        if not fact:
            break
        before = len(phone.sent)
        await phone.send(*persona.answer(fact))
        bursts.append(phone.sent[before:])
    else:
        raise AssertionError(f"{persona.name} ({persona.temperature}): no end after {LONGEST} turns")
    await eventually(lambda: _has_ended(chatwoot, phone), timeout_s=timeout_s, what="the status to be written")
    return Played(persona, phone, bursts)


async def _has_ended(chatwoot: Chatwoot, phone: Phone) -> bool:
    attributes = await chatwoot.contact_attributes(phone.contact_id)
    return attributes.get("sdr_ia_status") in ENDED


async def play_all(chatwoot: Chatwoot, personas: list[Persona], at_once: int, timeout_s: float = 60.0) -> list[Played]:
    """Plays personas, so many at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(persona: Persona) -> Played:
        async with gate:
            return await play(chatwoot, persona, timeout_s)

    return list(await asyncio.gather(*(one(persona) for persona in personas)))


def faults_of(export: JsonObject, played: Played, *, torn: bool = False) -> list[str]:
    """What is wrong with any conversation, read from the emulated Chatwoot alone.

    Each of the lead's messages is covered by exactly one answer (`sdr_answers`), each answer has a key of its own, and
    nothing is left unanswered.

    Args:
        export: What Chatwoot holds.
        played: The conversation.
        torn: A burst came in pieces. Then the closing may be on its way when the rest of the last one comes, which is
            the team's to read: words that ask nothing get no answer after a closing.
    """
    who = _who(played)
    answers = _answers(export, played)
    keys = [message["content_attributes"].get("sdr_key") for message in answers]
    faults = []
    if None in keys or len(set(keys)) != len(keys):
        faults.append(f"{who}: an answer without a key of its own: {keys}")
    covering: dict[int, set[str]] = {message: set() for burst in played.bursts for message in burst}
    for answer in answers:
        for message in answer["content_attributes"].get("sdr_answers") or ():
            covering.setdefault(message, set()).add(_turn(answer))
    closed = [
        max(message["content_attributes"].get("sdr_answers") or (0,))
        for message in answers
        if not message["content_attributes"].get("sdr_asks")
    ]
    faults += [
        f"{who}: message {message} has {len(turns)} answers"
        for message, turns in covering.items()
        if len(turns) != 1 and not (torn and not turns and closed and message > closed[0])
    ]
    return faults


def whole_faults_of(export: JsonObject, played: Played) -> list[str]:
    """What is wrong with a conversation whose bursts reached the product whole: its end is known beforehand.

    It has the expected status and temperature, one answer per burst, and one closing, its last.
    """
    persona, who = played.persona, _who(played)
    contact = export["contacts"][str(played.phone.contact_id)]["custom_attributes"]
    faults = []
    for attribute, expected in (("sdr_ia_status", persona.status), ("sdr_ia_temperatura", persona.temperature)):
        if contact.get(attribute) != expected:
            faults.append(f"{who}: {attribute} is {contact.get(attribute)!r}, not {expected!r}")
    answers = _answers(export, played)
    turns = {_turn(message) for message in answers}
    if len(turns) != len(played.bursts):
        faults.append(f"{who}: {len(played.bursts)} bursts and {len(turns)} answers")
    said = [message for message in _public(export, played) if message["message_type"] in (0, 1)]
    if said and said[-1]["message_type"] == 0:
        faults.append(f"{who}: the last message has no answer")
    closings = [message for message in answers if not message["content_attributes"].get("sdr_asks")]
    if len(closings) != 1:
        faults.append(f"{who}: {len(closings)} closing messages")
    return faults


def _who(played: Played) -> str:
    return f"conversation {played.phone.conversation_id} ({played.persona.name}, {played.persona.temperature})"


def _public(export: JsonObject, played: Played) -> list[JsonObject]:
    conversation = next(row for row in export["conversations"] if row["id"] == played.phone.conversation_id)
    return [message for message in conversation["messages"] if not message["private"]]


def _answers(export: JsonObject, played: Played) -> list[JsonObject]:
    return [message for message in _public(export, played) if message["message_type"] == 1]


def _turn(answer: JsonObject) -> str:
    """The turn of an answer: parts of one share it."""
    return str(answer["content_attributes"].get("sdr_key")).rsplit("/", 1)[0]


def whole(stack: RunningStack, played: list[Played], idle_s: float) -> list[Played]:
    """Those whose bursts reached the gateway as bursts.

    On a machine that is too busy to bring two messages of a burst within `idle_s` the product rightly takes
    them for two, and answers twice; of such a conversation only its end is known beforehand.
    """
    with psycopg.connect(str(stack.description["database_url"])) as conn:
        rows = conn.execute(
            "select ext, extract(epoch from arrived_at)::float8 from gateway.mailbox_entry"
            " where stirring and event = 'message_created'"
        ).fetchall()
    arrived = {int(ext): float(at) for ext, at in rows}

    def is_whole(one: Played) -> bool:
        times = [[arrived[message] for message in burst] for burst in one.bursts]
        return all(later - earlier < idle_s for burst in times for earlier, later in pairwise(burst))

    return [one for one in played if is_whole(one)]


def handoff_faults(export: JsonObject, played: Played) -> list[str]:
    """What a closer would miss: quente and morno are open, labelled, noted once and with a team."""
    persona, phone = played.persona, played.phone
    conversation = next(row for row in export["conversations"] if row["id"] == phone.conversation_id)
    who = f"conversation {phone.conversation_id} ({persona.temperature})"
    notes = [message for message in conversation["messages"] if message["private"]]
    handed = persona.temperature in {"quente", "morno"}
    faults = []
    if conversation["status"] != ("open" if handed else "pending"):
        faults.append(f"{who}: status {conversation['status']}")
    if len(notes) != (1 if handed else 0):
        faults.append(f"{who}: {len(notes)} notes")
    if bool(conversation.get("team_id")) != handed:
        faults.append(f"{who}: team {conversation.get('team_id')}")
    if f"temperatura-{persona.temperature}" not in conversation["labels"]:
        faults.append(f"{who}: labels {conversation['labels']}")
    return faults
