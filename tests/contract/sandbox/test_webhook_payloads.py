"""Every kind of webhook body has the keys and types of a recorded one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sdr_sandbox.chatwoot.delivery import sign
from sdr_sandbox.chatwoot.messages import Draft
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.payloads import actor_reference
from tests.contract.sandbox.recorded import differences, payload_folder, recorded
from tests.contract.sandbox.scene import Scene

Body = dict[str, Any]


def _incoming(scene: Scene) -> Body:
    scene.lead_says("boa tarde, vcs atendem sábado?")
    return scene.last("message_created")


def _bot_assigned(scene: Scene) -> Body:
    scene.lead_says("oi")
    scene.core.conversations.assign_bot(scene.conversation, scene.camila, scene.bot)
    return scene.last("conversation_updated")


def _incoming_owned_by_bot(scene: Scene) -> Body:
    scene.core.conversations.assign_bot(scene.conversation, scene.camila, scene.bot)
    return _incoming(scene)


def _by_bot(scene: Scene) -> Body:
    scene.lead_says("oi")
    scene.answer("Oi! Sou a Bella.", scene.bot)
    return scene.last("message_created")


def _by_agent(scene: Scene) -> Body:
    scene.core.conversations.assign_user(scene.conversation, None, scene.camila)
    scene.answer("Aqui é a Camila", scene.camila)
    return scene.last("message_created")


def _note(scene: Scene) -> Body:
    scene.answer("Oi!", scene.bot)
    scene.answer("**Resumo SDR**\nScore: 82", scene.bot, private=True)
    return scene.last("message_created")


def _phone_note(scene: Scene) -> Body:
    scene.lead_says("oi")
    scene.answer("*📱 Enviado do WhatsApp*\n\nTe ligo já!", scene.camila, private=True)
    return scene.last("message_created")


def _greeting(scene: Scene) -> Body:
    inbox = scene.core.state.inboxes[1]
    inbox.greeting_enabled, inbox.greeting_message = True, "Olá! Em instantes alguém fala com você."
    scene.lead_says("oi")
    return scene.last("message_created", lambda body: body["message_type"] == "template")


def _survey(scene: Scene) -> Body:
    scene.core.state.inboxes[1].csat_survey_enabled = True
    scene.core.conversations.assign_user(scene.conversation, None, scene.camila)
    scene.core.conversations.set_status(scene.conversation, scene.camila, "resolved")
    return scene.last("message_created", lambda body: body["content_type"] == "input_csat")


def _deleted(scene: Scene) -> Body:
    scene.core.messages.delete(scene.lead_says("oi"))
    return scene.last("message_updated")


def _failed(scene: Scene) -> Body:
    scene.core.messages.update_status(scene.answer("Temos horário", scene.bot), "failed", "Net::ReadTimeout")
    return scene.last("message_updated")


def _source_id_set(scene: Scene) -> Body:
    message = scene.answer("Oi", scene.bot)
    message.source_id = "wamid.1"
    scene.core.messages.update_status(message, "delivered", None)
    return scene.last("message_updated")


def _conversation_created(scene: Scene) -> Body:
    scene.lead_says("oi")
    row = scene.core.state.contact_inboxes[1]
    scene.core.conversations.create(row)
    created = scene.last("conversation_created")
    created["messages"] = scene.last("message_created")["conversation"]["messages"]
    return created


def _status(status: str, event: str = "conversation_status_changed") -> Callable[[Scene], Body]:
    def play(scene: Scene) -> Body:
        scene.answer("Oi", scene.bot)
        if status == "pending":
            scene.core.conversations.set_status(scene.conversation, scene.camila, "resolved")
            scene.lead_says("voltei")
        elif status == "resolved":
            _by_agent(scene)
            scene.core.conversations.set_status(scene.conversation, scene.camila, "resolved")
        else:
            scene.core.state.inboxes[1].enable_auto_assignment = False
            scene.core.conversations.hand_off(scene.conversation, scene.bot)
        return scene.last(event)

    return play


def _lead_types(scene: Scene) -> Body:
    scene.lead_says("oi")
    typist = actor_reference(scene.contact)
    scene.core.conversations.set_typing(scene.conversation, typist, on=True, is_private=False)
    return scene.last("conversation_typing_on")


def _agent_stops_typing(scene: Scene) -> Body:
    _by_agent(scene)
    typist = actor_reference(scene.camila)
    scene.core.conversations.set_typing(scene.conversation, typist, on=False, is_private=False)
    return scene.last("conversation_typing_off")


def _assignment(scene: Scene) -> Body:
    scene.answer("Oi", scene.bot)
    scene.core.conversations.save(scene.conversation, scene.bot, assignee_id=2, team_id=scene.team.id)
    return scene.last("conversation_updated")


def _attributes(scene: Scene) -> Body:
    _assignment(scene)
    values = {"lead_score": 82, "lead_temperatura": "quente"}
    scene.core.conversations.set_custom_attributes(scene.conversation, scene.bot, values)
    return scene.last("conversation_updated")


def _labels(scene: Scene) -> Body:
    _assignment(scene)
    scene.core.conversations.set_labels(scene.conversation, scene.bot, ["lead-quente"])
    return scene.last("conversation_updated")


def _contact_updated(scene: Scene) -> Body:
    scene.core.contacts.update(scene.contact, Params({"custom_attributes": {"interesse": "harmonização"}}))
    return scene.last("contact_updated")


def _noise(scene: Scene) -> Body:
    scene.lead_says("oi")
    return scene.last("contact_updated")


PLAYED: dict[str, Callable[[Scene], Body]] = {
    "agent_bot_conversation_opened.json": _status("open", "conversation_opened"),
    "agent_bot_conversation_resolved.json": _status("resolved", "conversation_resolved"),
    "agent_bot_conversation_status_changed.json": _status("open"),
    "agent_bot_conversation_updated_bot_assigned.json": _bot_assigned,
    "agent_bot_message_created_incoming.json": _incoming_owned_by_bot,
    "agent_bot_message_created_own_echo.json": _by_bot,
    "contact_created.json": lambda scene: scene.last("contact_created"),
    "contact_updated.json": _contact_updated,
    "contact_updated_last_activity_noise.json": _noise,
    "conversation_created.json": _conversation_created,
    "conversation_status_changed_open.json": _status("open"),
    "conversation_status_changed_pending.json": _status("pending"),
    "conversation_status_changed_resolved.json": _status("resolved"),
    "conversation_typing_off.json": _agent_stops_typing,
    "conversation_typing_on.json": _lead_types,
    "conversation_updated_assignment.json": _assignment,
    "conversation_updated_custom_attributes.json": _attributes,
    "conversation_updated_labels.json": _labels,
    "message_created_api_inbox_waha.json": _incoming,
    "message_created_api_inbox_waha_phone_reply_note.json": _phone_note,
    "message_created_outgoing_agent.json": _by_agent,
    "message_created_outgoing_agent_bot.json": _by_bot,
    "message_created_private_note.json": _note,
    "message_created_template_csat.json": _survey,
    "message_created_template_greeting.json": _greeting,
    "message_updated_deleted.json": _deleted,
    "message_updated_failed_api_inbox.json": _failed,
    "message_updated_source_id_set.json": _source_id_set,
}
LEFT_OUT = {
    "automation_event_conversation_created.json": "automations are not emulated",
    "dashboard_app_postmessage_data.json": "made by Chatwoot's own page, not by its server",
    "message_created_instagram.json": "another channel: same keys, other values",
    "message_created_telegram.json": "another channel: same keys, other values",
    "message_created_webwidget.json": "another channel: same keys, other values",
    "message_created_whatsapp_audio.json": "another channel; attachments have a test of their own below",
    "message_created_whatsapp_text.json": "another channel: same keys, other values",
    "signed_delivery_example.json": "checked byte by byte below",
    "webwidget_triggered.json": "the web widget is not emulated",
}


@pytest.mark.parametrize("name", sorted(PLAYED))
def test_a_webhook_body_has_the_shape_of_the_recorded_one(name: str) -> None:
    expected = recorded(name)
    actual = PLAYED[name](Scene())
    assert differences(expected, actual) == []
    assert actual["event"] == expected["event"]


@pytest.mark.parametrize("name", sorted(PLAYED))
def test_changed_attributes_are_null_or_lists_exactly_where_they_were(name: str) -> None:
    expected, actual = recorded(name), PLAYED[name](Scene())
    kinds = [type(body.get("changed_attributes", "absent")).__name__ for body in (expected, actual)]
    assert kinds[0] == kinds[1]
    if kinds[0] == "list":
        keys = [[next(iter(change)) for change in body["changed_attributes"]] for body in (expected, actual)]
        assert sorted(keys[0]) == sorted(keys[1])


def test_an_attachment_has_the_shape_of_the_recorded_one() -> None:
    scene = Scene()
    upload = [("voz.ogg", "audio/ogg", b"OggS")]
    scene.core.messages.create(scene.conversation, Draft(None, 0, scene.contact, upload=upload))
    expected = recorded("message_created_whatsapp_audio.json")
    assert differences(expected, scene.last("message_created")) == []


def test_the_recorded_delivery_carries_the_signature_that_we_compute() -> None:
    example = recorded("signed_delivery_example.json")
    headers = example["headers"]
    signature = sign(example["secret"], headers["X-Chatwoot-Timestamp"], example["raw_body"].encode())
    assert signature == headers["X-Chatwoot-Signature"]


def test_every_recorded_body_is_compared_or_left_out_for_a_reason() -> None:
    files = {path.name for path in payload_folder().glob("*.json") if not path.name.startswith("rest_")}
    assert files == PLAYED.keys() | LEFT_OUT.keys()
