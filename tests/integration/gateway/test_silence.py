"""Who has the word: takeover, hand-off, opt-out, and what the bot does when it has not."""

from __future__ import annotations

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from tests.support.gateway import (
    Door,
    Services,
    a_lead,
    a_reply,
    ended_with,
    has_outcomes,
    phase,
    phase_is,
    status_is,
)
from tests.support.net import eventually
from tests.support.payloads import (
    a_bot,
    a_human_line,
    a_message,
    a_status_change,
    a_user,
    an_assignment,
)


async def test_the_last_turn_is_analyzed_and_judged_before_it_is_delivered(door: Door, services: Services) -> None:
    async def last(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("", answer="O botox custa...", ended=lead.END_REASON_FACTS_COMPLETE)

    services.answer = last
    await door.tell(a_message(101))
    await eventually(lambda: has_outcomes(door, ["qualified"]))
    (delivered,) = services.delivers
    assert delivered.qualification.score == 95
    assert delivered.behaviour == lead.BEHAVIOUR_COOPERATIVE
    assert delivered.summary == "Quer botox."
    assert delivered.answer == "O botox custa..."
    (judged,) = services.qualifies
    assert judged.ended == lead.END_REASON_FACTS_COMPLETE
    assert judged.facts == a_lead().facts
    ids = {services.responds[0].request_id, services.analyzes[0].request_id, judged.request_id, delivered.request_id}
    assert len(ids) == 4

    # Our own hand-off shows as opened and assigned: no takeover. What the lead writes then is listened to.
    await door.tell(a_status_change("open"), an_assignment(a_user(), status="open"))
    await door.tell(a_message(105, "obrigada!", status="open", assignee=a_user()))
    await eventually(lambda: ended_with(door, "handed_off"))
    assert len(services.responds) == 1
    assert await phase(door) == "handed_off"

    # A human resolves it; the lead comes back weeks later, and the bot has the word again.
    services.answer = None
    await door.tell(a_status_change("resolved"))
    await eventually(lambda: status_is(door, "resolved"))
    await door.tell(a_message(120, "oi de novo"))
    await eventually(lambda: ended_with(door, "answered"))
    assert len(services.delivers) == 2


async def test_a_cold_lead_stays_with_the_bot(door: Door, services: Services) -> None:
    async def last(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply(ended=lead.END_REASON_FACTS_COMPLETE)

    services.answer, services.temperature = last, lead.TEMPERATURE_COLD
    await door.tell(a_message(101))
    await eventually(lambda: has_outcomes(door, ["qualified"]))
    assert await phase(door) == "active"


async def test_a_humans_message_silences_the_bot_at_once_and_becomes_context(door: Door, services: Services) -> None:
    await door.tell(a_message(101))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    await door.tell(a_human_line(103, "Oi Mari, te ajudo por aqui"))
    await eventually(lambda: phase_is(door, "paused"))
    await door.tell(a_message(104, "ótimo, obrigada"))
    await eventually(lambda: len(services.observations) == 2)
    await eventually(lambda: has_outcomes(door, ["answered", "paused", "paused"]))

    assert len(services.responds) == 1
    human, line = services.observations
    assert (human.message_id, human.kind, human.text) == (
        103,
        dialogue.OBSERVATION_KIND_HUMAN_LINE,
        "Oi Mari, te ajudo por aqui",
    )
    assert (line.message_id, line.kind) == (104, dialogue.OBSERVATION_KIND_LEAD_LINE)
    answer, shown = services.delivers
    assert (answer.silent, shown.silent) == (False, True)
    assert shown.lead.status == lead.LEAD_STATUS_PAUSED
    assert shown.reply == ""
    assert list(shown.lead.facts) == list(a_lead().facts)

    # Back to the bot by its status.
    await door.tell(a_status_change("open"))
    await eventually(lambda: status_is(door, "open"))
    await door.tell(a_status_change("pending"))
    await door.tell(a_message(110, "voltei"))
    await eventually(lambda: ended_with(door, "answered"))
    assert services.delivers[-1].last_message_id == 104


async def test_a_human_who_speaks_while_the_answer_is_made_stops_it(door: Door, services: Services) -> None:
    async def interrupted(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        await door.tell(a_human_line(102))
        return a_reply()

    services.answer = interrupted
    await door.tell(a_message(101))
    await eventually(lambda: ended_with(door, "paused"))
    assert [d.reply for d in services.delivers if not d.silent] == []


async def test_an_assigned_human_pauses_and_an_agent_bot_does_not(door: Door, services: Services) -> None:
    await door.tell(an_assignment(a_bot()), a_message(101, assignee=a_bot()))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    await door.tell(an_assignment(a_user()))
    await eventually(lambda: phase_is(door, "paused"))
    await door.tell(a_message(102, assignee=a_user()))
    await eventually(lambda: ended_with(door, "paused"))
    # Nobody assigned any more: the cause is gone.
    await door.tell(a_message(103))
    await eventually(lambda: ended_with(door, "answered"))


async def test_an_older_snapshot_never_overrules_a_newer_one(door: Door, services: Services) -> None:
    await door.tell(a_message(101, updated_at=2000.0))
    await eventually(lambda: has_outcomes(door, ["answered"]))
    await door.tell(an_assignment(a_user(), updated_at=1000.0))
    await eventually(lambda: ended_with(door, "observed"))
    assert await phase(door) == "active"


async def test_outside_pending_the_bot_only_listens(door: Door, services: Services) -> None:
    await door.tell(a_message(101, "alguém aí?", status="open"))
    await eventually(lambda: has_outcomes(door, ["not_pending"]))
    assert services.responds == []
    assert [(o.message_id, o.text) for o in services.observations] == [(101, "alguém aí?")]


async def test_an_opt_out_is_confirmed_once_and_then_there_is_silence(door: Door, services: Services) -> None:
    async def goodbye(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("Tudo bem, não escrevo mais.", opted_out=True, lead=a_lead(lead.LEAD_STATUS_OPT_OUT))

    services.answer = goodbye
    await door.tell(a_message(101, "parar"))
    await eventually(lambda: has_outcomes(door, ["opted_out"]))
    await door.tell(a_message(102, "oi"))
    await eventually(lambda: has_outcomes(door, ["opted_out", "opted_out"]))
    assert len(services.responds) == 1
    assert [d.reply for d in services.delivers] == ["Tudo bem, não escrevo mais."]


async def test_an_escalation_is_delivered_and_hands_the_conversation_over(door: Door, services: Services) -> None:
    async def call(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply("Já chamo alguém.", escalation=lead.ESCALATION_REASON_HUMAN_REQUESTED)

    services.answer = call
    await door.tell(a_message(101, "quero falar com uma pessoa"))
    await eventually(lambda: has_outcomes(door, ["escalated"]))
    assert services.delivers[0].escalation == lead.ESCALATION_REASON_HUMAN_REQUESTED
    assert await phase(door) == "handed_off"
