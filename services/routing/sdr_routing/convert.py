"""The contract's messages to the domain's words and back; total both ways."""

from __future__ import annotations

import base64

from sdr.common.v1 import lead_pb2 as lead
from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.account_settings import StoredVersion
from sdr_common.errors import InvalidPageToken
from sdr_common.lead import Channel, DisqualificationKind, LeadStatus, Temperature
from sdr_common.lead_proto import (
    behaviour_from_wire,
    channel_from_wire,
    channel_to_wire,
    clinic_from_wire,
    disqualification_from_wire,
    end_reason_from_wire,
    escalation_from_wire,
    fact_kind_from_wire,
    facts_from_wire,
    status_from_wire,
    temperature_from_wire,
    timestamp_from_wire,
    timestamp_to_wire,
)
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.delivery import WORDS, Delivery, Message, State, Write
from sdr_routing.domain.outcome import AppliedRule, ConversationRef, LeadProgress, Outcome, Qualification, ScoreLine
from sdr_routing.domain.settings import Closer, Priority, RoutingSettings, Strategy, TeamRule
from sdr_routing.operations import (
    Choices,
    ConnectCommand,
    Connected,
    Decided,
    Health,
    PutSettingsCommand,
    RefusalOutcome,
    Report,
    Retried,
    Step,
)
from sdr_routing.operations.accepting import Accepted
from sdr_routing.ports import DeadFilter

_STATES = {
    State.PENDING: pb.DELIVERY_STATE_PENDING,
    State.DONE: pb.DELIVERY_STATE_DONE,
    State.DROPPED: pb.DELIVERY_STATE_DROPPED,
    State.DEAD: pb.DELIVERY_STATE_DEAD,
}


_REFUSAL_OUTCOMES = {
    RefusalOutcome.NOTHING_TO_DO: pb.REFUSAL_OUTCOME_NOTHING_TO_DO,
    RefusalOutcome.SENDING_AGAIN: pb.REFUSAL_OUTCOME_SENDING_AGAIN,
    RefusalOutcome.GIVEN_UP: pb.REFUSAL_OUTCOME_GIVEN_UP,
}


def refusal_report(request: pb.ReportRefusedMessageRequest) -> Report:
    """What was told of a refused message."""
    return Report(
        account_id=request.account_id,
        conversation_id=request.conversation_id,
        message_id=request.message_id,
        sdr_key=request.sdr_key,
        problem=request.problem,
        bridged=request.bridged,
    )


def refusal_response(decided: Decided) -> pb.ReportRefusedMessageResponse:
    """What was decided."""
    return pb.ReportRefusedMessageResponse(outcome=_REFUSAL_OUTCOMES[decided.outcome], delivery_id=decided.delivery_id)


def outcome_from_wire(request: pb.DeliverRequest) -> Outcome:
    """What a turn leads to."""
    qualification = request.qualification if request.HasField("qualification") else None
    return Outcome(
        conversation=conversation_from_wire(request.conversation),
        turn_id=request.turn_id,
        attributes=dict(request.contact.custom_attributes),
        reply=request.reply,
        asks=fact_kind_from_wire(request.asks),
        answer=request.answer,
        lead=_progress(request.lead),
        qualification=None if qualification is None else qualification_from_wire(qualification),
        behaviour=behaviour_from_wire(request.behaviour),
        summary=request.summary,
        escalation=escalation_from_wire(request.escalation),
        last_message_id=request.last_message_id,
        labels=tuple(request.labels),
        silent=request.silent,
        language=request.language or "pt",
        answers=tuple(request.answers),
        only_in_silence=request.only_in_silence,
        give_back=request.give_back,
        wrote_again=request.notice == pb.NOTICE_LEAD_WROTE_AGAIN,
        closed_before=request.closed_before,
        back_at=timestamp_from_wire(request.back_at) if request.HasField("back_at") else None,
        waiting_since=timestamp_from_wire(request.waiting_since) if request.HasField("waiting_since") else None,
    )


def _progress(state: lead.LeadState) -> LeadProgress:
    attempts = {fact_kind_from_wire(attempt.kind): attempt.count for attempt in state.attempts}
    return LeadProgress(
        facts=facts_from_wire(state.facts),
        known_count=state.known_count,
        attempts={kind: count for kind, count in attempts.items() if kind is not None},
        status=status_from_wire(state.status),
        started_at=timestamp_from_wire(state.started_at) if state.HasField("started_at") else None,
    )


def qualification_from_wire(wire: lead.Qualification) -> Qualification:
    """A judgement; the contract's rules have been checked before."""
    lines = []
    for line in wire.lines:
        kind = fact_kind_from_wire(line.kind)
        if kind is not None:
            lines.append(ScoreLine(kind, line.level, line.points, line.maximum, line.quote, line.note))
    return Qualification(
        qualification_id=wire.qualification_id,
        score=wire.score,
        temperature=temperature_from_wire(wire.temperature) or Temperature.VERY_COLD,
        lines=tuple(lines),
        rules=tuple(AppliedRule(rule.rule, rule.explanation) for rule in wire.rules),
        next_step=wire.next_step,
        funnel_stage=wire.funnel_stage,
        status=status_from_wire(wire.status) or LeadStatus.COMPLETE,
        ended=end_reason_from_wire(wire.ended),
        disqualification=disqualification_from_wire(wire.disqualification),
        qualified_at=timestamp_from_wire(wire.qualified_at),
    )


def conversation_from_wire(wire: lead.ConversationRef) -> ConversationRef:
    """A conversation."""
    return ConversationRef(
        wire.account_id, wire.conversation_id, wire.contact_id, wire.inbox_id, channel_from_wire(wire.channel)
    )


def conversation_to_wire(conversation: ConversationRef) -> lead.ConversationRef:
    """A conversation."""
    return lead.ConversationRef(
        account_id=conversation.account_id,
        conversation_id=conversation.conversation_id,
        contact_id=conversation.contact_id,
        inbox_id=conversation.inbox_id,
        channel=channel_to_wire(Channel(conversation.channel)),
    )


def assignment_to_wire(assignment: Assignment) -> pb.Assignment:
    """Who gets a lead."""
    return pb.Assignment(
        team=assignment.team,
        closer_email=assignment.closer_email,
        closer_name=assignment.closer_name,
        reason=assignment.reason,
    )


def delivery_to_wire(delivery: Delivery) -> pb.Delivery:
    """A delivery with its writes."""
    return pb.Delivery(
        delivery_id=delivery.delivery_id,
        conversation=conversation_to_wire(delivery.conversation),
        turn_id=delivery.turn_id,
        state=_STATES[delivery.state],
        writes=[_write_to_wire(write) for write in delivery.writes],
        accepted_at=timestamp_to_wire(delivery.accepted_at),
        settled_at=timestamp_to_wire(delivery.settled_at),
        attempts=delivery.attempts,
    )


def _write_to_wire(write: Write) -> pb.Write:
    return pb.Write(
        position=write.position,
        kind=WORDS[type(write.change)],
        state=_STATES[write.state],
        detail=write.detail,
        message_id=write.message_id,
        settled_at=timestamp_to_wire(write.settled_at),
        sdr_key=write.sdr_key if isinstance(write.change, Message) else "",
        refusals=write.refusals,
    )


def settings_from_wire(wire: pb.RoutingSettings) -> RoutingSettings:
    """An account's rules; empty texts are the product's own."""
    closing = {
        Temperature.HOT: wire.closing.hot,
        Temperature.WARM: wire.closing.warm,
        Temperature.COLD: wire.closing.cold,
        Temperature.VERY_COLD: wire.closing.very_cold,
    }
    lines = {
        DisqualificationKind.WRONG_NUMBER: wire.polite_lines.wrong_number,
        DisqualificationKind.SUPPLIER: wire.polite_lines.supplier,
        DisqualificationKind.JOB_SEEKER: wire.polite_lines.job_seeker,
        DisqualificationKind.SPAM: wire.polite_lines.spam,
    }
    return RoutingSettings(
        team_rules=tuple(
            TeamRule(
                rule.team,
                frozenset(Temperature(word) for word in rule.temperatures),
                frozenset(rule.procedures),
                frozenset(rule.inbox_ids),
            )
            for rule in wire.team_rules
        ),
        strategy=Strategy(wire.closer_strategy or "none"),
        closers=tuple(
            Closer(closer.name, closer.email, Priority(closer.priority or "medium"), not closer.inactive)
            for closer in wire.closers
        ),
        closing={temperature: text for temperature, text in closing.items() if text.strip()},
        polite_lines={kind: text for kind, text in lines.items() if text.strip()},
        resolve_cold=wire.resolve_cold,
        escalation_team=wire.escalation_team,
        panel_url=wire.panel_url,
    )


def settings_to_wire(settings: RoutingSettings) -> pb.RoutingSettings:
    """An account's rules."""
    closing, lines = settings.closing, settings.polite_lines
    order = list(Temperature)
    return pb.RoutingSettings(
        team_rules=[
            pb.TeamRule(
                temperatures=[word.value for word in sorted(rule.temperatures, key=order.index)],
                procedures=sorted(rule.procedures),
                inbox_ids=sorted(rule.inbox_ids),
                team=rule.team,
            )
            for rule in settings.team_rules
        ],
        closer_strategy=settings.strategy.value,
        closers=[
            pb.Closer(name=closer.name, email=closer.email, priority=closer.priority.value, inactive=not closer.active)
            for closer in settings.closers
        ],
        closing=pb.ClosingTemplates(
            hot=closing.get(Temperature.HOT, ""),
            warm=closing.get(Temperature.WARM, ""),
            cold=closing.get(Temperature.COLD, ""),
            very_cold=closing.get(Temperature.VERY_COLD, ""),
        ),
        polite_lines=pb.PoliteLines(
            wrong_number=lines.get(DisqualificationKind.WRONG_NUMBER, ""),
            supplier=lines.get(DisqualificationKind.SUPPLIER, ""),
            job_seeker=lines.get(DisqualificationKind.JOB_SEEKER, ""),
            spam=lines.get(DisqualificationKind.SPAM, ""),
        ),
        resolve_cold=settings.resolve_cold,
        escalation_team=settings.escalation_team,
        panel_url=settings.panel_url,
    )


def page_token(seq: int, of: str) -> str:
    """Where the next page of a list begins; `of` names the list."""
    return base64.urlsafe_b64encode(f"{of}:{seq}".encode()).decode()


def page_token_from_wire(token: str, of: str) -> int | None:
    """The number before which a page begins; None: the first page.

    Raises:
        InvalidPageToken: it is none of this list's.
    """
    if not token:
        return None
    try:
        word, _, number = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode().partition(":")
        seq = int(number)
    except ValueError:
        raise InvalidPageToken from None
    if word != of or not 0 < seq < 2**63:
        raise InvalidPageToken
    return seq


def dead_filter(request: pb.ListDeadLettersRequest | pb.RetryDeadLettersRequest) -> DeadFilter:
    """Which dead deliveries are meant."""
    return DeadFilter(request.account_id, request.conversation_id, request.kind)


def retried_response(retried: Retried) -> pb.RetryDeadLettersResponse:
    """What waits again."""
    return pb.RetryDeadLettersResponse(delivery_ids=retried.delivery_ids, more=retried.more)


def deliver_response(accepted: Accepted) -> pb.DeliverResponse:
    """What was accepted; nobody as assignee leaves the assignment unset."""
    response = pb.DeliverResponse(delivery_id=accepted.delivery_id)
    if accepted.assignment.team or accepted.assignment.closer_email:
        response.assignment.CopyFrom(assignment_to_wire(accepted.assignment))
    return response


def retry_response(delivery: Delivery) -> pb.RetryDeliveryResponse:
    """The delivery as it waits again."""
    return pb.RetryDeliveryResponse(delivery=delivery_to_wire(delivery))


def put_settings_command(request: pb.PutSettingsRequest) -> PutSettingsCommand:
    """A new version of an account's settings."""
    return PutSettingsCommand(
        request.account_id, clinic_from_wire(request.clinic), settings_from_wire(request.settings), request.dry_run
    )


def put_settings_response(stored: StoredVersion) -> pb.PutSettingsResponse:
    """What was stored."""
    return pb.PutSettingsResponse(version=stored.version, changed=stored.changed)


def connect_command(request: pb.ConnectChatwootRequest) -> ConnectCommand:
    """How an account is to be connected."""
    return ConnectCommand(
        account_id=request.account_id,
        chatwoot_url=request.chatwoot_url,
        chatwoot_account_id=request.chatwoot_account_id,
        admin_token=request.admin_token,
        webhook_url=request.webhook_url,
        inbox_ids=tuple(request.inbox_ids),
        create_missing_teams=request.create_missing_teams,
        bot_token=request.bot_token,
        dashboard_app_url=request.dashboard_app_url,
    )


def connect_response(connected: Connected) -> pb.ConnectChatwootResponse:
    """What was provisioned."""
    return pb.ConnectChatwootResponse(
        chatwoot_version=connected.version,
        webhook_secret=connected.webhook_secret,
        bot_id=connected.bot_id,
        inbox_ids=connected.inbox_ids,
        steps=[_step_to_wire(step) for step in connected.steps],
    )


def check_response(health: Health) -> pb.CheckConnectionResponse:
    """What a look showed."""
    return pb.CheckConnectionResponse(
        healthy=health.healthy,
        chatwoot_version=health.version,
        steps=[_step_to_wire(step) for step in health.steps],
    )


def _step_to_wire(step: Step) -> pb.ProvisioningStep:
    return pb.ProvisioningStep(name=step.name, outcome=step.outcome, advice=step.advice)


def choices_response(choices: Choices) -> pb.ListChatwootChoicesResponse:
    """What there is to choose from."""
    return pb.ListChatwootChoicesResponse(
        teams=[pb.TeamChoice(team_id=team.id, name=team.name) for team in choices.teams],
        agents=[
            pb.AgentChoice(agent_id=agent.id, name=agent.name or "", email=agent.email or "")
            for agent in choices.agents
        ],
        inboxes=[
            pb.InboxChoice(inbox_id=inbox.id, name=inbox.name or "", channel_type=inbox.channel_type or "")
            for inbox in choices.inboxes
        ],
    )
