from __future__ import annotations

import uuid

import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.integration.dialogue.conftest import (
    ACCOUNT,
    Dialogue,
    a_bot_line,
    a_conversation,
    a_message,
    a_request,
    an_observation,
    attempts,
)


async def test_observing_the_same_twice_changes_nothing(dialogue: Dialogue) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "oi")))
    seen = (
        a_bot_line(11, first.reply),
        an_observation(12, pb.OBSERVATION_KIND_HUMAN_LINE, "Oi!"),
        an_observation(13, pb.OBSERVATION_KIND_LEAD_LINE, "oi, Paula"),
        an_observation(12, pb.OBSERVATION_KIND_EDITED, "Oi, tudo bem?", minute=40),
    )
    await dialogue.observe(*seen)
    once = await dialogue.conversation()
    await dialogue.observe(*seen)
    await dialogue.observe(*reversed(seen))
    assert await dialogue.conversation() == once
    assert [(line.message_id, line.text) for line in once.lines] == [
        (10, "oi"),
        (11, first.reply),
        (12, "Oi, tudo bem?"),
        (13, "oi, Paula"),
    ]
    assert [line.speaker for line in once.lines] == [
        pb.SPEAKER_LEAD,
        pb.SPEAKER_BOT,
        pb.SPEAKER_HUMAN,
        pb.SPEAKER_LEAD,
    ]


async def test_a_confirmed_reply_keeps_its_attempt_and_is_no_longer_unconfirmed(dialogue: Dialogue) -> None:
    first = await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.observe(a_bot_line(11, first.reply))
    shown = await dialogue.conversation()
    assert [line.unconfirmed for line in shown.lines] == [False, False]
    assert attempts(shown.lead) == {"INTEREST": 1}


async def test_a_reply_sent_in_parts_is_one_attempt(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.observe(a_bot_line(11, "Resposta **10**."), a_bot_line(12, "Pergunta sobre interesse?"))
    assert attempts((await dialogue.conversation()).lead) == {"INTEREST": 1}


async def test_an_older_edit_that_comes_late_does_not_win(dialogue: Dialogue) -> None:
    await dialogue.observe(an_observation(12, pb.OBSERVATION_KIND_HUMAN_LINE, "a"))
    await dialogue.observe(an_observation(12, pb.OBSERVATION_KIND_EDITED, "c", minute=50))
    await dialogue.observe(an_observation(12, pb.OBSERVATION_KIND_EDITED, "b", minute=40))
    assert [line.text for line in (await dialogue.conversation()).lines] == ["c"]


async def test_a_deleted_line_stays_deleted(dialogue: Dialogue) -> None:
    await dialogue.respond(a_request(1, a_message(10, "oi")))
    await dialogue.observe(an_observation(10, pb.OBSERVATION_KIND_DELETED, minute=30))
    await dialogue.observe(an_observation(10, pb.OBSERVATION_KIND_EDITED, "volta", minute=50))
    lines = (await dialogue.conversation()).lines
    assert [(line.message_id, line.text) for line in lines if not line.unconfirmed] == [(10, "")]


async def test_a_line_and_its_edit_in_one_call_are_one_line(dialogue: Dialogue) -> None:
    await dialogue.observe(
        an_observation(20, pb.OBSERVATION_KIND_EDITED, "Bom dia!", minute=30),
        an_observation(20, pb.OBSERVATION_KIND_HUMAN_LINE, "Bom dai"),
    )
    assert [line.text for line in (await dialogue.conversation()).lines] == ["Bom dia!"]


async def test_an_edit_of_a_line_that_nobody_knows_is_left_alone(dialogue: Dialogue) -> None:
    await dialogue.observe(an_observation(99, pb.OBSERVATION_KIND_EDITED, "x"))
    assert list((await dialogue.conversation()).lines) == []


async def test_one_call_may_bring_many_conversations(dialogue: Dialogue) -> None:
    request = pb.ObserveRequest(
        request_id=str(uuid.uuid4()),
        conversations=[
            pb.ConversationObservations(
                conversation=a_conversation(number, contact_id=number),
                observations=[an_observation(number * 10, pb.OBSERVATION_KIND_HUMAN_LINE, f"linha {number}")],
            )
            for number in (52, 50, 51)
        ],
    )
    await call(dialogue.stub.Observe, request, timeout_s=30)
    await call(dialogue.stub.Observe, request, timeout_s=30)
    for number in (50, 51, 52):
        assert [line.text for line in (await dialogue.conversation(number)).lines] == [f"linha {number}"]


async def test_an_account_that_was_never_set_up_is_named(dialogue: Dialogue) -> None:
    request = pb.ObserveRequest(
        request_id=str(uuid.uuid4()),
        conversations=[
            pb.ConversationObservations(
                conversation=lead.ConversationRef(account_id=ACCOUNT + 1, conversation_id=1, contact_id=1),
                observations=[an_observation(1, pb.OBSERVATION_KIND_HUMAN_LINE, "x")],
            )
        ],
    )
    with pytest.raises(RemoteError) as refused:
        await call(dialogue.stub.Observe, request, timeout_s=30)
    assert refused.value.reason == "ACCOUNT_NOT_FOUND"
