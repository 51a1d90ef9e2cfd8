"""Which events matter: literal cases, and the recorded payloads one by one."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from sdr_gateway.domain.event import Ignored, IgnoredReason, Kept, SignalKind, Typing, Verdict
from sdr_gateway.http.parsing import parse_event
from sdr_gateway.http.problem import Refusal
from tests.support.payloads import (
    Json,
    a_bot,
    a_contact,
    a_conversation,
    a_human_line,
    a_message,
    a_status_change,
    a_user,
    an_assignment,
    an_echo,
    encode,
    typing,
)

# Parsing lives at the edge, but what it decides is pure: no socket, no database.


def _verdict(body: dict[str, Any], connected_at: float = 0.0) -> Verdict:
    return parse_event(encode(body), chatwoot_account_id=3, connected_at=connected_at)


def _kept(body: dict[str, Any]) -> Kept:
    verdict = _verdict(body)
    assert isinstance(verdict, Kept)
    return verdict


def test_a_leads_message_stirs_and_waits_for_the_burst() -> None:
    kept = _kept(a_message(101, "oi"))
    assert (kept.event, kept.ext, kept.version, kept.conversation_id) == ("message_created", 101, "", 241)
    assert (kept.stirring, kept.immediate, kept.signal.kind) == (True, False, SignalKind.LEAD_MESSAGE)


def test_a_humans_message_stirs_and_waits_for_nothing() -> None:
    kept = _kept(a_human_line(102))
    assert (kept.stirring, kept.immediate, kept.signal.kind) == (True, True, SignalKind.HUMAN_MESSAGE)


@pytest.mark.parametrize(
    "message",
    [
        a_message(1, "oi", direction="outgoing", sender=None),
        a_message(1, "oi", direction="outgoing", sender=None, attributes={"external_echo": True}),
        a_message(1, "oi", direction="outgoing", sender=a_user()),
        a_message(1, "*📱 Enviado do WhatsApp*\n\nOi", direction="outgoing", sender=a_user(), private=True),
        a_message(1, "*📱 Enviado via API*\n\nOi", direction="outgoing", sender=a_user(), private=True),
        a_message(1, "📱 Enviada do celular\nOi", direction="outgoing", sender=a_user(), private=True),
    ],
)
def test_whatever_shows_that_a_human_wrote_to_the_lead_is_a_humans_message(message: dict[str, Any]) -> None:
    assert _kept(message).signal.kind is SignalKind.HUMAN_MESSAGE


def test_a_phone_notes_heading_is_no_part_of_what_the_human_said() -> None:
    note = a_message(1, "*📱 Enviado do WhatsApp*\n\nTe ligo já!", direction="outgoing", sender=a_user(), private=True)
    assert _kept(note).signal.text == "Te ligo já!"


def test_our_own_echo_is_quiet_and_carries_its_key() -> None:
    kept = _kept(an_echo(102, "Oi!", "d/1"))
    assert (kept.stirring, kept.signal.kind, kept.signal.sdr_key) == (False, SignalKind.BOT_LINE, "d/1")


def _a_refused(message_id: int = 7, problem: str = "(#131056) Pair rate limit hit", **conversation: Any) -> Json:
    attributes = {"sdr_key": "d/1", "external_error": problem}
    return a_message(
        message_id,
        direction="outgoing",
        sender=a_bot(),
        event="message_updated",
        attributes=attributes,
        **conversation,
    )


def test_a_line_of_ours_that_the_channel_refused_is_kept_quietly_and_at_once() -> None:
    kept = _kept(_a_refused(contact=a_contact(waha_whatsapp_chat_id="5511@c.us")))
    assert (kept.event, kept.ext, kept.stirring, kept.immediate) == ("message_refused", 7, False, True)
    signal = kept.signal
    assert (signal.message_id, signal.sdr_key, signal.bridged) == (7, "d/1", True)
    assert signal.text == "(#131056) Pair rate limit hit"
    assert not _kept(_a_refused()).signal.bridged


def test_the_same_refusal_is_one_event_and_a_later_one_of_the_same_message_another() -> None:
    first, again, later = (_kept(_a_refused(updated_at=at)).version for at in (100.0, 100.0, 160.0))
    assert first == again != later


def test_wahas_note_tells_which_message_it_could_not_send() -> None:
    note = a_message(
        9,
        "⚠️ **Não foi possível enviar uma mensagem no WhatsApp.**\n❌ …",
        direction="outgoing",
        sender=a_user(),
        private=True,
        attributes={"in_reply_to": 7},
        contact=a_contact(waha_whatsapp_chat_id="5511@c.us"),
    )
    kept = _kept(note)
    assert (kept.ext, kept.signal.kind, kept.signal.message_id) == (7, SignalKind.REFUSED, 7)
    assert (kept.signal.sdr_key, kept.signal.bridged) == ("", False)
    assert _verdict({**note, "content_attributes": {}}) == Ignored(IgnoredReason.PRIVATE_NOTE)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (a_message(1, contact=a_contact(waha_whatsapp_chat_id="120363@g.us")), IgnoredReason.GROUP),
        (a_message(1, "👥 *Ana*\noi"), IgnoredReason.GROUP),
        (a_message(1, contact=a_contact(waha_whatsapp_chat_id="status@broadcast")), IgnoredReason.BROADCAST),
        (a_message(1, contact=a_contact(waha_whatsapp_jid="1@newsletter")), IgnoredReason.BROADCAST),
        (
            a_message(1, contact={**a_contact(), "identifier": "whatsapp.integration"}),
            IgnoredReason.WHATSAPP_INTEGRATION,
        ),
        (a_message(1, contact={**a_contact(), "blocked": True}), IgnoredReason.BLOCKED_CONTACT),
        (a_message(1, direction="activity"), IgnoredReason.ACTIVITY),
        (a_message(1, direction="outgoing", sender=a_bot()), IgnoredReason.OTHER_BOT),
        (a_message(1, direction="outgoing", sender={"id": 1, "type": "captain_assistant"}), IgnoredReason.OTHER_BOT),
        (a_message(1, direction="outgoing", attributes={"automation_rule_id": 5}), IgnoredReason.AUTOMATION),
        (a_message(1, direction="outgoing", sender=a_user(), private=True), IgnoredReason.PRIVATE_NOTE),
        (
            a_message(
                1, "*📱 Enviado*", direction="outgoing", sender=a_bot(), private=True, attributes={"sdr_key": "x"}
            ),
            IgnoredReason.PRIVATE_NOTE,
        ),
        (a_message(1, direction="template", sender=None), IgnoredReason.TEMPLATE),
        (a_message(1, attributes={"deleted": True}), IgnoredReason.DELETED),
        (a_message(1, "*Reagiu com* 🙏"), IgnoredReason.REACTION),
        (a_message(1, ""), IgnoredReason.EMPTY),
        (a_message(1, None), IgnoredReason.EMPTY),
        (a_message(1, "oi\n`📥🗓️ 01/02/2026`"), IgnoredReason.IMPORTED_HISTORY),
        (an_echo(1, "oi", "k") | {"event": "message_updated"}, IgnoredReason.DELIVERY_STATUS),
        (
            a_message(
                1, direction="outgoing", sender=a_user(), event="message_updated", attributes={"external_error": "x"}
            ),
            IgnoredReason.SEND_FAILED,
        ),
        ({"event": "contact_updated", **a_contact()}, IgnoredReason.CONTACT_EVENT),
        ({**a_conversation(), "event": "conversation_created"}, IgnoredReason.CONVERSATION_CREATED),
        ({"event": "automation_event.message_created", "id": 1}, IgnoredReason.AUTOMATION_EVENT),
        ({"event": "macro.executed", "id": 1}, IgnoredReason.AUTOMATION_EVENT),
        ({"event": "webwidget_triggered"}, IgnoredReason.NOTHING_USED),
        ({"event": "call_started"}, IgnoredReason.UNKNOWN_EVENT),
        (a_message(1, account=4), IgnoredReason.OTHER_ACCOUNT),
        ({**typing(), "user": a_user()}, IgnoredReason.TYPING_OF_OTHERS),
        (
            {**a_conversation(), "event": "conversation_updated", "changed_attributes": [{"label_list": {}}]},
            IgnoredReason.NOTHING_USED,
        ),
    ],
)
def test_what_is_ignored_is_ignored_for_a_reason(body: dict[str, Any], reason: IgnoredReason) -> None:
    assert _verdict(body) == Ignored(reason)


def test_every_reason_but_none_is_used() -> None:
    """A reason that nothing gives would be a figure that is always nought."""
    source = "".join(
        path.read_text()
        for path in Path(parse_event.__code__.co_filename).parents[1].rglob("*.py")
        if path.name != "event.py"
    )
    assert [reason.name for reason in IgnoredReason if f"IgnoredReason.{reason.name}" not in source] == []


def test_what_is_older_than_the_connection_is_history() -> None:
    old = time.time() - 100
    assert _verdict(a_message(1, created_at=old), old + 1) == Ignored(IgnoredReason.IMPORTED_HISTORY)
    assert isinstance(_verdict(a_message(1, created_at=old), old - 1), Kept)
    pulled = a_message(1, attributes={"external_created_at": int(old - 50)})
    assert _verdict(pulled, old) == Ignored(IgnoredReason.IMPORTED_HISTORY)


def test_a_correction_on_whatsapp_replaces_the_message_it_answers_to() -> None:
    signal = _kept(a_message(5, "na Moema\n\n✏️ *Editado no WhatsApp*", attributes={"in_reply_to": 3})).signal
    assert (signal.text, signal.replaces) == ("na Moema", 3)


def test_a_late_messages_date_is_no_part_of_what_was_said() -> None:
    assert _kept(a_message(5, "oi, tudo bem?\n\n`🗓️ 14/09/2026 10:00`")).signal.text == "oi, tudo bem?"


def test_edits_of_one_message_are_different_events_and_repeats_are_the_same() -> None:
    first = _kept(a_message(5, "a", event="message_updated"))
    assert (first.event, first.ext, first.signal.kind) == ("message_edited", 5, SignalKind.EDITED)
    assert first.version == _kept(a_message(5, "a", event="message_updated")).version
    assert first.version != _kept(a_message(5, "b", event="message_updated")).version


def test_a_transcription_that_arrives_later_is_an_edit() -> None:
    audio = {"file_type": "audio", "data_url": "https://x/a.ogg", "transcribed_text": ""}
    before = _kept(a_message(5, None, event="message_updated", attachments=[audio]))
    after = _kept(
        a_message(5, None, event="message_updated", attachments=[{**audio, "transcribed_text": "quero botox"}])
    )
    assert before.version != after.version
    assert after.signal.attachments[0].transcribed_text == "quero botox"


def test_a_deletion_is_one_event_for_ever() -> None:
    deletion = a_message(5, "Esta mensagem foi excluída", event="message_updated", attributes={"deleted": True})
    kept = _kept(deletion)
    assert (kept.event, kept.version, kept.signal.kind, kept.signal.text) == (
        "message_deleted",
        "",
        SignalKind.DELETED,
        "",
    )


@pytest.mark.parametrize(
    ("body", "stirring"),
    [
        (an_assignment(a_user()), True),
        (an_assignment(a_bot()), False),
        (an_assignment(None), False),
        (a_status_change("open"), True),
        (a_status_change("resolved"), True),
        (a_status_change("pending"), False),
    ],
)
def test_only_what_silences_the_bot_stirs(body: dict[str, Any], stirring: bool) -> None:
    kept = _kept(body)
    assert (kept.stirring, kept.immediate, kept.event) == (stirring, stirring, "snapshot")


def test_the_same_change_told_by_two_events_is_one_entry_only_if_it_says_the_same() -> None:
    one, two = a_status_change("open", updated_at=5.0), a_status_change("open", updated_at=5.0)
    assert _kept(one).version == _kept(two).version
    assert _kept(one).version != _kept(a_status_change("open", updated_at=6.0)).version


def test_typing_extends_the_burst() -> None:
    assert _verdict(typing()) == Typing(241)
    assert _verdict(typing(on=False)) == Typing(241)


_LEAD = ("lead_message", True)
EXPECTED: dict[str, tuple[str, bool] | IgnoredReason | str] = {
    "agent_bot_conversation_opened": ("snapshot", True),
    "agent_bot_conversation_resolved": ("snapshot", True),
    "agent_bot_conversation_status_changed": ("snapshot", True),
    "agent_bot_conversation_updated_bot_assigned": ("snapshot", False),
    "agent_bot_message_created_incoming": _LEAD,
    "agent_bot_message_created_own_echo": ("bot_line", False),
    "automation_event_conversation_created": IgnoredReason.AUTOMATION_EVENT,
    "contact_created": IgnoredReason.CONTACT_EVENT,
    "contact_updated": IgnoredReason.CONTACT_EVENT,
    "contact_updated_last_activity_noise": IgnoredReason.CONTACT_EVENT,
    "conversation_created": IgnoredReason.CONVERSATION_CREATED,
    "conversation_status_changed_open": ("snapshot", True),
    "conversation_status_changed_pending": ("snapshot", False),
    "conversation_status_changed_resolved": ("snapshot", True),
    "conversation_typing_off": IgnoredReason.TYPING_OF_OTHERS,
    "conversation_typing_on": "typing",
    "conversation_updated_assignment": ("snapshot", True),
    "conversation_updated_custom_attributes": IgnoredReason.NOTHING_USED,
    "conversation_updated_labels": IgnoredReason.NOTHING_USED,
    "dashboard_app_postmessage_data": IgnoredReason.UNKNOWN_EVENT,
    "message_created_api_inbox_waha": _LEAD,
    "message_created_api_inbox_waha_phone_reply_note": ("human_message", True),
    "message_created_instagram": _LEAD,
    "message_created_outgoing_agent": ("human_message", True),
    "message_created_outgoing_agent_bot": ("bot_line", False),
    "message_created_private_note": IgnoredReason.PRIVATE_NOTE,
    "message_created_telegram": _LEAD,
    "message_created_template_csat": IgnoredReason.TEMPLATE,
    "message_created_template_greeting": IgnoredReason.TEMPLATE,
    "message_created_webwidget": _LEAD,
    "message_created_whatsapp_audio": _LEAD,
    "message_created_whatsapp_text": _LEAD,
    "message_updated_deleted": ("message_deleted", True),
    "message_updated_failed_api_inbox": ("message_refused", False),
    "message_updated_source_id_set": IgnoredReason.DELIVERY_STATUS,
    "rest_activity_message_not_sent_by_webhook": "refused",
    "rest_conversation_show_response": "refused",
    "rest_create_message_response": "refused",
    "rest_custom_attributes_response": "refused",
    "rest_error_401_bot_endpoint": "refused",
    "rest_error_422_message_create": "refused",
    "rest_error_422_record_invalid": "refused",
    "rest_labels_response": "refused",
    "rest_list_messages_response": "refused",
    "rest_toggle_status_response_bot_handoff": "refused",
    "rest_toggle_status_response_user": "refused",
    "signed_delivery_example": "refused",
    "webwidget_triggered": IgnoredReason.NOTHING_USED,
}


def _described(raw: bytes) -> tuple[str, bool] | IgnoredReason | str:
    try:
        match parse_event(raw, chatwoot_account_id=3, connected_at=0.0):
            case Kept() as kept:
                return kept.signal.kind.value, kept.stirring
            case Ignored(reason):
                return reason
            case Typing():
                return "typing"
    except Refusal as refusal:
        return "refused" if refusal.status == 400 else f"refused with {refusal.status}"


def test_every_recorded_payload_is_taken_or_ignored_as_expected() -> None:
    folder = os.environ.get("CHATWOOT_PAYLOADS")
    if not folder:
        pytest.skip("CHATWOOT_PAYLOADS names no folder with recorded payloads")
    found = {path.stem: _described(path.read_bytes()) for path in sorted(Path(folder).glob("*.json"))}
    assert found == EXPECTED
