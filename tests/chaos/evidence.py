"""The emulated Chatwoot's export, read: rows, looks, fates of webhooks, and who had the word when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.leads import GOLD, OPT_OUT, Gold

Json = Mapping[str, Any]  # a foreign document, read by key
INCOMING, OUTGOING = 0, 1
UNSEEN_RETURN = "unseen_return"
_SPOKE = "a human spoke"
_Seen = tuple[float, str, Any]
"""When, what, and its new value."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    id: int
    kind: int
    text: str
    private: bool
    sender: str
    """Contact, User, AgentBot; empty: nobody."""
    at: float
    key: str
    """`sdr_key`; empty: none."""
    asks: str
    answers: tuple[int, ...]

    @property
    def is_lead(self) -> bool:
        """Written by the lead."""
        return self.kind == INCOMING

    @property
    def is_bot(self) -> bool:
        """A public line of the product's."""
        return self.kind == OUTGOING and not self.private and self.sender == "AgentBot"

    @property
    def is_human(self) -> bool:
        """A human's word: typed in Chatwoot, or on the clinic's phone, which WAHA notes."""
        if self.kind != OUTGOING or self.sender != "User":
            return False
        return not self.private or self.text.startswith("*📱")

    @property
    def turn(self) -> str:
        """What the parts of one answer have in common."""
        return self.key.rpartition("/")[0] or self.key


@dataclass(frozen=True, slots=True)
class Silence:
    """A while in which the bot has no say."""

    begins: float
    ends: float
    reason: str
    """human_message, assigned, open (the status left pending), opt_out, unseen_return (the status left pending and
    came back while the product was away: nothing shows it any more)."""
    until_id: int | None = None
    """opt_out begins behind this message, whatever the clock says."""

    def holds(self, at: float) -> bool:
        """Whether it lasts at an instant; its first one is not in it."""
        return self.begins < at <= self.ends


@dataclass(frozen=True)
class Conversation:
    """One conversation with everything that is held against it."""

    id: int
    messages: tuple[Message, ...]
    attributes: Json
    gold: Gold | None
    status: str
    silences: tuple[Silence, ...]
    looks: Mapping[str, tuple[float, ...]]
    """By client: when it listed the messages, ascending."""
    created: Mapping[int, tuple[float, str]]
    """By message: when its request came, and whose."""
    webhooks: Mapping[int, tuple[tuple[float, float], ...]]
    """By message: due and acknowledged, of those `message_created` webhooks that were."""

    def find(self, message_id: int) -> Message | None:
        """A message by its id."""
        return next((message for message in self.messages if message.id == message_id), None)


@dataclass
class _Raw:
    events: defaultdict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    looks: defaultdict[int, defaultdict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    created: defaultdict[int, dict[int, tuple[float, str]]] = field(default_factory=lambda: defaultdict(dict))
    webhooks: defaultdict[int, defaultdict[int, list[tuple[float, float]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    shown: defaultdict[int, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))


def read_export(export: Json) -> list[Conversation]:
    """All conversations of an export, in the order of their ids."""
    raw = _Raw()
    for row in export.get("events", ()):
        event = row["event"]
        if event["name"] == "conversation_updated":
            raw.events[event["conversation_id"]].append({"at": row["at"], "changed": event["changed_attributes"] or []})
    for row in export.get("looks", ()):
        raw.looks[row["conversation_id"]][row["client"]].append(row["at"])
        if row["client"].startswith("sdr-gateway"):
            raw.shown[row["conversation_id"]].append((row["at"], "look"))
    for row in export.get("creations", ()):
        raw.created[row["conversation_id"]][row["message_id"]] = (row["requested_at"], row["client"])
    for row in export.get("deliveries", ()):
        if row["outcome"] == "sent" and row["conversation_id"] is not None:
            raw.shown[row["conversation_id"]].append((row["at"], row["event"]))
        if row["event"] == "message_created" and row["outcome"] == "sent":
            raw.webhooks[row["conversation_id"]][row["message_id"]].append((row["at"], row["ended_at"]))
    contacts = export["contacts"]
    return [_conversation(row, contacts[str(row["contact_id"])], raw) for row in export["conversations"]]


def _conversation(row: Json, contact: Json, raw: _Raw) -> Conversation:
    messages = tuple(sorted((_message(item) for item in row["messages"]), key=lambda message: message.id))
    attributes = contact["custom_attributes"]
    gold = Gold.from_text(attributes[GOLD]) if GOLD in attributes else None
    number = row["id"]
    return Conversation(
        id=number,
        messages=messages,
        attributes=attributes,
        gold=gold,
        status=row["status"],
        silences=tuple(_silences(_seen(messages, raw.events[number]), raw.shown[number], row["created_at"]))
        + _left_alone(messages, gold),
        looks={client: tuple(sorted(times)) for client, times in raw.looks[number].items()},
        created=raw.created[number],
        webhooks={message_id: tuple(times) for message_id, times in raw.webhooks[number].items()},
    )


def _message(row: Json) -> Message:
    attributes = row["content_attributes"]
    return Message(
        id=row["id"],
        kind=row["message_type"],
        text=row["content"] or "",
        private=row["private"],
        sender=row["sender_type"] or "",
        at=row["created_at"],
        key=attributes.get("sdr_key") or "",
        asks=attributes.get("sdr_asks") or "",
        answers=tuple(attributes.get("sdr_answers") or ()),
    )


@dataclass(slots=True)
class _Word:
    """Who has the word, while the events of a conversation go by."""

    shown: list[tuple[float, str]]
    """When the product was shown the conversation, and by what."""
    status: str = "pending"
    left_at: float = 0.0
    """When the status left pending."""
    assigned: bool = False
    paused: str = ""

    @property
    def silence(self) -> str:
        """Why the bot has none; empty: it has it."""
        return self.paused or ("open" if self.status != "pending" else "")

    def changed(self, at: float, key: str, value: Any) -> None:  # whatever Chatwoot's field holds
        if key == _SPOKE:
            self.paused = "human_message"
        elif key == "status":
            if self.status == "pending":
                self.left_at = at
            came_back = value == "pending" and self.status != "pending"
            self.status = value
            if came_back and not self.assigned:
                self.paused = "" if self._can_be_known(at) else UNSEEN_RETURN
        elif key == "assignee_id":
            self.assigned = value is not None
            if self.assigned and not self.silence:
                self.paused = "assigned"
            elif not self.assigned and self.paused == "assigned":
                self.paused = ""

    def _can_be_known(self, returned_at: float) -> bool:
        """Whether the product was shown that the status had been another, or told that it changed back."""
        return any(
            self.left_at <= at < returned_at or (at >= returned_at and what == "conversation_status_changed")
            for at, what in self.shown
        )


def _silences(seen: list[_Seen], shown: list[tuple[float, str]], begun_at: float) -> list[Silence]:
    """From what everybody in Chatwoot can see: a human's word, assignments, statuses."""
    word, found = _Word(shown), list[Silence]()
    began, reason = begun_at, ""
    for at, what, value in seen:
        word.changed(at, what, value)
        if word.silence != reason:
            if reason:
                found.append(Silence(began, at, reason))
            began, reason = at, word.silence
    if reason:
        found.append(Silence(began, float("inf"), reason))
    return found


def _left_alone(messages: Iterable[Message], gold: Gold | None) -> tuple[Silence, ...]:
    """The silence that an opt-out asks for."""
    if gold is None or gold.kind != "opt_out":
        return ()
    said = next((message for message in messages if message.is_lead and message.text == OPT_OUT), None)
    return () if said is None else (Silence(said.at, float("inf"), "opt_out", said.id),)


def _seen(messages: Iterable[Message], events: list[Json]) -> list[_Seen]:
    """When somebody spoke, and when status or assignee became what, in order."""
    seen: list[_Seen] = [(message.at, _SPOKE, None) for message in messages if message.is_human]
    for event in events:
        for change in event["changed"]:
            for key, values in change.items():
                if key in {"status", "assignee_id"}:
                    seen.append((event["at"], key, values["current_value"]))
    return sorted(seen, key=lambda item: item[0])
