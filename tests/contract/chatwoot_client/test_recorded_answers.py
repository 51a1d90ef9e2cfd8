"""The client reads what a real Chatwoot answered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdr_common.chatwoot.model import Conversation, LabelTitles, Message, MessageList, StatusAnswer
from sdr_common.chatwoot.transport import decode

FOLDER = os.environ.get("CHATWOOT_PAYLOADS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CHATWOOT_PAYLOADS names no folder of recorded answers")


def recorded(name: str) -> bytes:
    return (Path(FOLDER) / f"{name}.json").read_bytes()


def test_a_list_of_messages() -> None:
    page = decode(recorded("rest_list_messages_response"), MessageList)
    assert [message.id for message in page.payload] == [90211, 90212, 90214, 90216, 90217, 90230]
    assert page.payload[2].attribute("sdr_key") == "c241-t1-p1"
    assert page.payload[4].sender is None
    assert page.meta.assignee is not None
    assert (page.meta.assignee.id, page.meta.assignee.type) == (7, "user")


def test_a_message_that_was_created() -> None:
    message = decode(recorded("rest_create_message_response"), Message)
    assert (message.id, message.message_type, message.private) == (90214, 1, False)


def test_a_conversation() -> None:
    conversation = decode(recorded("rest_conversation_show_response"), Conversation)
    assert (conversation.id, conversation.status, conversation.labels) == (241, "open", ["lead-quente"])
    assert conversation.meta.team is not None
    assert conversation.meta.team.name == "comercial"


@pytest.mark.parametrize(
    ("name", "status"),
    [("rest_toggle_status_response_bot_handoff", "open"), ("rest_toggle_status_response_user", None)],
)
def test_a_status(name: str, status: str | None) -> None:
    answer = decode(recorded(name), StatusAnswer)
    assert answer.payload.current_status
    if status:
        assert answer.payload.current_status == status


def test_labels() -> None:
    assert decode(recorded("rest_labels_response"), LabelTitles).payload
