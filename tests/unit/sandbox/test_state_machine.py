from __future__ import annotations

from itertools import count

import msgspec
import pytest

from sdr_sandbox.chatwoot import ChatwootSettings, SandboxChatwoot
from sdr_sandbox.chatwoot.events import Event
from sdr_sandbox.chatwoot.messages import Draft
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import INCOMING, OUTGOING, Conversation
from sdr_sandbox.chatwoot.timestamps import epoch, iso_ms, parse_instant


@pytest.fixture
def core() -> SandboxChatwoot:
    ticks = count()
    settings = ChatwootSettings(admin_token="token-do-teste", inbox_identifier="inbox-do-teste")
    return SandboxChatwoot(settings, clock=lambda: 1_781_796_600 + next(ticks) / 100)


@pytest.fixture
def conversation(core: SandboxChatwoot) -> Conversation:
    row = core.contacts.find_or_create(core.state.inboxes[1], Params({"name": "Ana"}))
    return core.conversations.create(row)


def heard(core: SandboxChatwoot) -> list[Event]:
    events: list[Event] = []
    core.bus.subscribe(events.append)
    return events


def test_setting_the_same_values_again_is_silent(core: SandboxChatwoot, conversation: Conversation) -> None:
    core.conversations.set_labels(conversation, None, ["quente"])
    core.conversations.set_custom_attributes(conversation, None, {"a": 1})
    events = heard(core)
    core.conversations.set_labels(conversation, None, ["Quente "])
    core.conversations.set_custom_attributes(conversation, None, {"a": 1})
    core.conversations.assign_user(conversation, None, core.state.users.get(conversation.assignee_id or 0))
    assert events == []


def test_events_are_announced_when_the_change_is_complete(core: SandboxChatwoot, conversation: Conversation) -> None:
    seen: list[tuple[str, str]] = []
    core.bus.subscribe(lambda event: seen.append((event.name, conversation.status)))
    core.conversations.set_status(conversation, None, "resolved")
    assert {status for _, status in seen} == {"resolved"}
    assert [name for name, _ in seen] == [
        "conversation_resolved",
        "conversation_status_changed",
        "message_created",
        "conversation_updated",
    ]


def test_a_change_that_fails_half_way_announces_only_what_happened(core: SandboxChatwoot) -> None:
    events = heard(core)

    def interrupted_change() -> None:
        with core.bus as bus:
            bus.publish(Event(name="contact_created", contact_id=1))
            raise ValueError("interrompido")

    with pytest.raises(ValueError, match="interrompido"):
        interrupted_change()
    assert [event.name for event in events] == ["contact_created"]
    core.bus.publish(Event(name="contact_updated", contact_id=1))
    assert [event.name for event in events] == ["contact_created", "contact_updated"]


def test_unread_messages_are_counted_up_to_ten_and_cleared_by_looking(
    core: SandboxChatwoot, conversation: Conversation
) -> None:
    contact = core.state.contacts[conversation.contact_id]
    for number in range(12):
        core.messages.create(conversation, Draft(str(number), INCOMING, contact))
    core.messages.create(conversation, Draft("resposta", OUTGOING, core.state.users[2]))
    assert core.index.unread_count(conversation) == 10
    core.conversations.mark_seen_by_agent(conversation, core.state.users[2])
    assert core.index.unread_count(conversation) == 0
    core.messages.create(conversation, Draft("mais uma", INCOMING, contact))
    assert core.index.unread_count(conversation) == 1


def test_a_state_survives_being_written_and_read(core: SandboxChatwoot, conversation: Conversation) -> None:
    contact = core.state.contacts[conversation.contact_id]
    core.messages.create(conversation, Draft("oi", INCOMING, contact, upload=[("a.png", "image/png", b"\x89PNG")]))
    read = SandboxChatwoot.load(core.dump())
    assert read == core.state
    again = SandboxChatwoot(core.settings, state=read)
    assert again.index.last_message(again.state.conversations[1], skip_activity=True) is not None
    assert again.index.actor_by_token["token-do-teste"].id == 1


def test_random_tokens_of_a_restart_do_not_replace_those_of_the_snapshot() -> None:
    first = SandboxChatwoot(ChatwootSettings())
    again = SandboxChatwoot(ChatwootSettings(), state=SandboxChatwoot.load(first.dump()))
    assert (again.admin_token, again.inbox_identifier) == (first.admin_token, first.inbox_identifier)
    chosen = SandboxChatwoot(ChatwootSettings(admin_token="outro-token"), state=SandboxChatwoot.load(first.dump()))
    assert chosen.admin_token == "outro-token"
    assert "outro-token" in chosen.index.actor_by_token


def test_the_flood_limit_counts_a_sliding_minute(core: SandboxChatwoot, conversation: Conversation) -> None:
    contact = core.state.contacts[conversation.contact_id]
    for number in range(199):
        core.messages.create(conversation, Draft(str(number), INCOMING, contact))
    with pytest.raises(Exception, match="Too many messages"):
        core.messages.create(conversation, Draft("demais", INCOMING, contact))
    for message in core.index.messages(conversation)[:10]:
        message.created_at -= 61
    core.messages.create(conversation, Draft("agora sim", INCOMING, contact))


@pytest.mark.parametrize(
    ("instant", "text"),
    [(1781796600.412, "2026-06-18T15:30:00.412Z"), (0.0, "1970-01-01T00:00:00.000Z"), (None, None)],
)
def test_an_instant_is_written_as_rails_writes_it(instant: float | None, text: str | None) -> None:
    assert iso_ms(instant) == text
    assert epoch(instant) == int(instant or 0)


@pytest.mark.parametrize(
    ("text", "instant"),
    [("1781796600", 1781796600.0), ("2026-06-18T15:30:00Z", 1781796600.0), ("amanhã", None), ("", None)],
)
def test_an_instant_is_read_from_seconds_or_iso(text: str, instant: float | None) -> None:
    assert parse_instant(text) == instant


def test_parameters_are_read_as_rails_reads_them() -> None:
    params = Params({"a": "12", "b": True, "c": "true", "d": '{"x": 1}', "e": ["1", 2, None], "f": 7, "g": None})
    assert (params.integer("a"), params.integer("b"), params.integer("g")) == (12, None, None)
    assert (params.flag("b"), params.flag("c"), params.flag("z", default=True)) == (True, True, True)
    assert (params.mapping("d"), params.mapping("a"), params.integers("e")) == ({"x": 1}, {}, [1, 2])
    assert (params.text("f"), params.text("g"), params.has("g"), params.has("z")) == ("7", None, True, False)


def test_the_export_is_plain_json(core: SandboxChatwoot, conversation: Conversation) -> None:
    decoded = msgspec.json.decode(msgspec.json.encode(core.export()))
    assert [row["id"] for row in decoded["conversations"]] == [conversation.id]
