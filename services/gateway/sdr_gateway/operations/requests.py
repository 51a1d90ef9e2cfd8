"""The contracts' messages of a turn: built from what was decided, the same again on a redo.

`request_id = UUIDv5(account, conversation, turn, step)`, so that a redo of a turn repeats its calls
instead of making new ones.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr.reporting.v1 import reporting_pb2 as reporting
from sdr.routing.v1 import routing_pb2 as routing
from sdr.scoring.v1 import scoring_pb2 as scoring
from sdr_common.lead import Channel
from sdr_common.lead_proto import channel_to_wire
from sdr_common.mailbox import Claim
from sdr_gateway.domain.event import Contact, Signal
from sdr_gateway.domain.hours import BusinessHours
from sdr_gateway.domain.turn import Decision, Effect, Note, NoteKind, Outcome

_NAMESPACE: Final = uuid.UUID("6f2c1f0e-7f0b-5d0a-9c56-3a5e5d1c7b11")
"""Of every request id that the gateway makes; never changes."""

NOTES_PER_CALL: Final = 500
"""Observations that one call may carry for a conversation."""

_KINDS: Final = {
    NoteKind.BOT_LINE: dialogue.OBSERVATION_KIND_BOT_LINE,
    NoteKind.HUMAN_LINE: dialogue.OBSERVATION_KIND_HUMAN_LINE,
    NoteKind.EDITED: dialogue.OBSERVATION_KIND_EDITED,
    NoteKind.DELETED: dialogue.OBSERVATION_KIND_DELETED,
    NoteKind.LEAD_LINE: dialogue.OBSERVATION_KIND_LEAD_LINE,
}
_HANDED_OFF_AT: Final = {lead.TEMPERATURE_HOT, lead.TEMPERATURE_WARM}


def request_id(claim: Claim, step: str) -> str:
    """The id of one step of a turn."""
    return str(uuid.uuid5(_NAMESPACE, f"{claim.account_id}/{claim.key_id}/{claim.turn}/{step}"))


def derived_id(parent: str, step: str) -> str:
    """The id of one step of a request that has an id itself."""
    return str(uuid.uuid5(_NAMESPACE, f"{parent}/{step}"))


def timestamp(seconds: float) -> Timestamp:
    """Seconds since 1970 as a Timestamp."""
    stamp = Timestamp()
    stamp.FromDatetime(datetime.fromtimestamp(seconds, UTC))
    return stamp


def conversation_ref(claim: Claim, signals: Sequence[Signal]) -> lead.ConversationRef:
    """Names the conversation; the newest entry knows its inbox and channel."""
    newest = signals[-1]
    return lead.ConversationRef(
        account_id=claim.account_id,
        conversation_id=claim.key_id,
        contact_id=newest.contact_id,
        inbox_id=newest.inbox_id,
        channel=channel_to_wire(Channel(newest.channel) if newest.channel else None),
    )


def observations(notes: Sequence[Note]) -> list[dialogue.Observation]:
    """Notes as the contract has them."""
    return [
        dialogue.Observation(
            message_id=note.message_id,
            kind=_KINDS[note.kind],
            text=note.text,
            sdr_key=note.sdr_key,
            happened_at=timestamp(note.at),
        )
        for note in notes
    ]


def respond_request(claim: Claim, ref: lead.ConversationRef, decision: Decision) -> dialogue.RespondRequest:
    """Asks for one answer to all messages of the turn; only the newest notes fit, see `early_notes`."""
    return dialogue.RespondRequest(
        request_id=request_id(claim, "respond"),
        conversation=ref,
        turn_id=claim.turn,
        contact=_contact(decision.contact),
        messages=[_lead_message(message) for message in decision.messages],
        observations=observations(decision.notes[-NOTES_PER_CALL:]),
    )


def early_notes(decision: Decision) -> tuple[Note, ...]:
    """Notes that do not fit into the request for an answer; told before it."""
    return decision.notes[:-NOTES_PER_CALL]


def analyze_request(claim: Claim, ref: lead.ConversationRef) -> dialogue.AnalyzeRequest:
    """Asks for the judgement of the whole conversation."""
    return dialogue.AnalyzeRequest(request_id=request_id(claim, "analyze"), conversation=ref, turn_id=claim.turn)


def qualify_request(
    claim: Claim,
    ref: lead.ConversationRef,
    answer: dialogue.RespondResponse,
    analysis: dialogue.AnalyzeResponse,
) -> scoring.QualifyRequest:
    """Asks for score and temperature; the analysis's word on a disqualification goes before the answer's."""
    request = scoring.QualifyRequest(
        request_id=request_id(claim, "qualify"),
        conversation=ref,
        turn_id=claim.turn,
        facts=analysis.lead.facts,
        ended=answer.ended or lead.END_REASON_FACTS_COMPLETE,
    )
    if analysis.HasField("disqualification"):
        request.disqualification.CopyFrom(analysis.disqualification)
    elif answer.HasField("disqualification"):
        request.disqualification.CopyFrom(answer.disqualification)
    return request


def deliver_request(
    claim: Claim, ref: lead.ConversationRef, decision: Decision, answer: dialogue.RespondResponse
) -> routing.DeliverRequest:
    """What an ordinary answer leads to."""
    return routing.DeliverRequest(
        request_id=request_id(claim, "deliver"),
        conversation=ref,
        turn_id=claim.turn,
        contact=_contact(decision.contact),
        reply=answer.reply,
        asks=answer.asks,
        answer=answer.answer,
        lead=answer.lead,
        escalation=answer.escalation,
        last_message_id=decision.known_through_id,
        labels=decision.labels,
        language=answer.language if answer.language in ("es", "en") else "",
        answers=_ids(decision),
    )


def nudge_request(claim: Claim, ref: lead.ConversationRef) -> dialogue.NudgeRequest:
    """Asks for the words of a reminder."""
    return dialogue.NudgeRequest(request_id=request_id(claim, "nudge"), conversation=ref, turn_id=claim.turn)


def nudge_delivery(
    claim: Claim, ref: lead.ConversationRef, decision: Decision, answer: dialogue.NudgeResponse
) -> routing.DeliverRequest:
    """What a reminder leads to."""
    request = silent_delivery(claim, ref, decision)
    request.reply = answer.reply
    request.asks = answer.asks
    request.lead.CopyFrom(answer.lead)
    request.language = answer.language if answer.language in ("es", "en") else ""
    request.only_in_silence = True
    return request


def silent_delivery(claim: Claim, ref: lead.ConversationRef, decision: Decision) -> routing.DeliverRequest:
    """A delivery that says nothing yet."""
    return routing.DeliverRequest(
        request_id=request_id(claim, "deliver"),
        conversation=ref,
        turn_id=claim.turn,
        contact=_contact(decision.contact),
        last_message_id=decision.known_through_id,
        labels=decision.labels,
    )


def add_qualification(
    request: routing.DeliverRequest, analysis: dialogue.AnalyzeResponse, judged: scoring.QualifyResponse
) -> None:
    """Makes a delivery the one that ends a qualification."""
    request.lead.CopyFrom(analysis.lead)
    request.qualification.CopyFrom(judged.qualification)
    request.behaviour = analysis.behaviour
    request.summary = analysis.summary


def refused_message(claim: Claim, refused: Signal) -> routing.ReportRefusedMessageRequest:
    """Tells routing that the channel refused one of its messages."""
    return routing.ReportRefusedMessageRequest(
        request_id=request_id(claim, f"refused/{refused.message_id}"),
        account_id=claim.account_id,
        conversation_id=claim.key_id,
        message_id=refused.message_id,
        sdr_key=refused.sdr_key,
        problem=refused.text,
        bridged=refused.bridged,
    )


def handover_request(
    claim: Claim, ref: lead.ConversationRef, decision: Decision, known: lead.LeadState
) -> routing.DeliverRequest:
    """Calls a human because the turn failed too often; the lead reads nothing of it but the kind line."""
    request = routing.DeliverRequest(
        request_id=request_id(claim, "handover"),
        conversation=ref,
        turn_id=claim.turn,
        contact=_contact(decision.contact),
        lead=known,
        escalation=lead.ESCALATION_REASON_PRODUCT_FAILURE,
        last_message_id=decision.known_through_id,
        labels=decision.labels,
        answers=_ids(decision),
    )
    request.lead.status = lead.LEAD_STATUS_ESCALATED
    return request


def pause_request(
    claim: Claim, ref: lead.ConversationRef, decision: Decision, known: lead.LeadState
) -> routing.DeliverRequest:
    """Shows in Chatwoot that a human has the word."""
    request = routing.DeliverRequest(
        request_id=request_id(claim, "pause"),
        conversation=ref,
        turn_id=claim.turn,
        contact=_contact(decision.contact),
        lead=known,
        last_message_id=decision.known_through_id,
        labels=decision.labels,
        silent=True,
    )
    request.lead.status = lead.LEAD_STATUS_PAUSED
    return request


def notice_request(
    claim: Claim, ref: lead.ConversationRef, decision: Decision, known: lead.LeadState
) -> routing.DeliverRequest:
    """Tells the closer that a lead of theirs writes again; the lead reads nothing."""
    request = silent_delivery(claim, ref, decision)
    request.request_id = request_id(claim, "notice")
    request.lead.CopyFrom(known)
    request.silent = True
    request.notice = routing.NOTICE_LEAD_WROTE_AGAIN
    return request


def return_request(
    claim: Claim, ref: lead.ConversationRef, decision: Decision, known: lead.LeadState
) -> routing.DeliverRequest:
    """Gives the conversation back to the bot; the lead reads nothing."""
    request = silent_delivery(claim, ref, decision)
    request.request_id = request_id(claim, "return")
    request.lead.CopyFrom(known)
    request.silent = True
    request.give_back = True
    return request


def tell_when_back(request: routing.DeliverRequest, hours: BusinessHours | None, now: float) -> None:
    """Lets a lead that is handed to a human read when somebody is there, if nobody is now."""
    back_at = hours.back_at(now) if hours is not None and hands_off(request) else None
    if back_at is not None:
        request.back_at.CopyFrom(timestamp(back_at))


def hands_off(request: routing.DeliverRequest) -> bool:
    """Whether a delivery opens the conversation for a human."""
    if request.escalation:
        return True
    if request.closed_before:
        return False
    judged = request.qualification
    return judged.temperature in _HANDED_OFF_AT and judged.ended != lead.END_REASON_ABANDONED


def effect_of(request: routing.DeliverRequest) -> Effect:
    """What a delivery leads to once it is accepted."""
    judged = request.HasField("qualification")
    closed = judged or bool(request.escalation)
    return Effect(
        handed_off=hands_off(request),
        opted_out=request.lead.status == lead.LEAD_STATUS_OPT_OUT,
        judged=judged,
        in_qualification=not closed and request.lead.status == lead.LEAD_STATUS_IN_PROGRESS,
        asks=bool(request.asks),
        reminds=request.only_in_silence,
        notices=bool(request.notice),
        escalates=bool(request.escalation),
        returns=request.give_back,
    )


def outcome_of(request: routing.DeliverRequest) -> Outcome:
    """How a turn with this delivery ends."""
    if request.give_back:
        return Outcome.RETURNED
    if request.silent:
        return Outcome.HANDED_OFF if request.notice else Outcome.PAUSED
    if request.escalation == lead.ESCALATION_REASON_PRODUCT_FAILURE:
        return Outcome.POISON
    if request.lead.status == lead.LEAD_STATUS_OPT_OUT:
        return Outcome.OPTED_OUT
    if request.only_in_silence:
        return Outcome.NUDGED
    if request.HasField("qualification"):
        abandoned = request.qualification.ended == lead.END_REASON_ABANDONED
        return Outcome.ABANDONED if abandoned else Outcome.QUALIFIED
    return Outcome.ESCALATED if request.escalation else Outcome.ANSWERED


def turn_finished(
    claim: Claim,
    ref: lead.ConversationRef,
    decision: Decision,
    outcome: Outcome,
    now: float,
    *,
    asked: lead.FactKind.ValueType = lead.FACT_KIND_UNSPECIFIED,
) -> reporting.Event:
    """Tells reporting how a turn ended; the same event on a redo."""
    event = reporting.Event(
        event_id=request_id(claim, "turn_finished"),
        occurred_at=timestamp(now),
        conversation=ref,
        turn_finished=reporting.TurnFinished(
            turn_id=claim.turn,
            message_count=decision.lead_count,
            outcome=_REPORTED.get(outcome, outcome.value),
            contact_name=decision.contact.name,
            contact_phone=decision.contact.phone,
            asked=asked,
        ),
    )
    first = min((entry.arrived_at for entry in claim.entries), default=None)
    if first is not None:
        event.turn_finished.first_message_at.FromDatetime(first)
    return event


_REPORTED: Final = {Outcome.HANDED_OFF: Outcome.NOT_PENDING.value, Outcome.POISON: Outcome.ESCALATED.value}
"""Outcomes that reporting knows under a wider word."""


def lead_qualified(ref: lead.ConversationRef, judged: lead.Qualification) -> reporting.Event:
    """Tells reporting of a judgement that is on its way to the lead and the team; one event however often."""
    return reporting.Event(
        event_id=str(uuid.uuid5(uuid.UUID(judged.qualification_id), "lead_qualified")),
        occurred_at=judged.qualified_at,
        conversation=ref,
        lead_qualified=reporting.LeadQualified(qualification=judged),
    )


def status_changed(
    claim: Claim, ref: lead.ConversationRef, status: lead.LeadStatus.ValueType, now: float
) -> reporting.Event:
    """Tells reporting that a lead's status changed outside a qualification."""
    return reporting.Event(
        event_id=request_id(claim, f"status/{status}"),
        occurred_at=timestamp(now),
        conversation=ref,
        lead_status_changed=reporting.LeadStatusChanged(status=status),
    )


def _ids(decision: Decision) -> list[int]:
    return sorted(message.message_id for message in decision.messages)


def _contact(contact: Contact) -> lead.Contact:
    return lead.Contact(name=contact.name, custom_attributes=contact.custom_attributes, phone=contact.phone)


def _lead_message(message: Signal) -> dialogue.LeadMessage:
    return dialogue.LeadMessage(
        message_id=message.message_id,
        text=message.text,
        attachments=[
            dialogue.Attachment(
                file_type=attachment.file_type, url=attachment.url, transcribed_text=attachment.transcribed_text
            )
            for attachment in message.attachments
        ],
        sent_at=timestamp(message.at),
    )
