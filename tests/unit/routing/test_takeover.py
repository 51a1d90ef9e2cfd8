from __future__ import annotations

from typing import Any

import pytest

from sdr_routing.domain.takeover import SeenMessage, Sign, human_sign, sign_of


def a_message(**changes: Any) -> SeenMessage:
    values: dict[str, Any] = {
        "message_id": 11,
        "message_type": 1,
        "private": False,
        "sender_type": "user",
        "content": "Oi, aqui é a Camila.",
        "created_at": 1781797000,
    }
    return SeenMessage(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Sign.REPLY),
        ({"sender_type": "contact", "external_echo": True}, Sign.PHONE),
        ({"sender_type": ""}, Sign.PHONE),
        ({"private": True, "content": "*📱 Enviado do WhatsApp*\n\nOi"}, Sign.PHONE),
        ({"private": True, "content": "*📱 Enviado via API*\n\nOi"}, Sign.PHONE),
        ({"private": True, "content": "cliente antiga 📱"}, None),
        ({"private": True, "content": "⚠️ Falha ao enviar"}, None),
        ({"private": True, "sender_type": "agent_bot", "content": "📱"}, None),
        ({"message_type": 0, "sender_type": "contact"}, None),
        ({"message_type": 2, "sender_type": ""}, None),
        ({"message_type": 3, "sender_type": ""}, None),
        ({"sender_type": "agent_bot"}, None),
        ({"sender_type": "captain_assistant"}, None),
        ({"sender_type": "", "automated": True}, None),
        ({"sdr_key": "abc/1"}, None),
        ({"sender_type": "", "sdr_key": "abc/1"}, None),
    ],
)
def test_what_a_message_shows(changes: dict[str, Any], expected: Sign | None) -> None:
    assert sign_of(a_message(**changes)) is expected


def test_a_human_assignee_shows_it_unless_we_are_handing_off() -> None:
    assert human_sign([], assignee_is_human=True, handing_off=False) is Sign.ASSIGNEE
    assert human_sign([], assignee_is_human=True, handing_off=True) is None
    assert human_sign([], assignee_is_human=False, handing_off=False) is None


def test_a_humans_message_shows_it_during_our_own_hand_off_too() -> None:
    assert human_sign([a_message()], assignee_is_human=True, handing_off=True) is Sign.REPLY
