"""The contract to the domain and back. Total: what the contract lets through is converted or refused by name."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TypeVar

from sdr.common.v1 import lead_pb2 as lead
from sdr.scoring.v1 import scoring_pb2 as pb
from sdr_common.account_settings import StoredVersion
from sdr_common.errors import InvalidField, InvalidPageToken
from sdr_common.lead import Fact, FactKind, FunnelStage, NextStep
from sdr_common.lead_proto import (
    channel_from_wire,
    channel_to_wire,
    clinic_from_wire,
    clinic_to_wire,
    disqualification_from_wire,
    disqualification_to_wire,
    end_reason_from_wire,
    end_reason_to_wire,
    fact_from_wire,
    fact_kind_from_wire,
    fact_kind_to_wire,
    status_from_wire,
    status_to_wire,
    temperature_from_wire,
    temperature_to_wire,
    timestamp_from_wire,
)
from sdr_scoring.domain.explanation import explain
from sdr_scoring.domain.qualification import AppliedRule, Judgement, Qualification, QualificationId, ScoreLine
from sdr_scoring.domain.rubric import DEFAULT_RUBRIC, Rubric, Thresholds
from sdr_scoring.operations import PutSettingsCommand, QualifyCommand
from sdr_scoring.ports import AccountRubric, Subject, Summary

T = TypeVar("T")


def qualify_command(request: pb.QualifyRequest) -> QualifyCommand:
    """What a judgement is asked on.

    Raises:
        InvalidField: a fact stands twice, or the end reason is one of a newer contract.
    """
    return QualifyCommand(
        subject=subject_from_wire(request.conversation, request.turn_id),
        facts=facts_from_wire(request.facts),
        disqualification=disqualification_from_wire(request.disqualification),
        ended=_known(end_reason_from_wire(request.ended), "ended"),
    )


def put_settings_command(request: pb.PutSettingsRequest) -> PutSettingsCommand:
    """A new version of an account's settings.

    Raises:
        InvalidRubric: names the fact, level and limit that are wrong.
    """
    return PutSettingsCommand(
        account_id=request.account_id,
        clinic=clinic_from_wire(request.clinic),
        rubric=rubric_from_wire(request.settings),
        dry_run=request.dry_run,
    )


def qualification_id_from_wire(text: str) -> QualificationId:
    """The id as it is stored: UUIDs are compared in lower case."""
    return QualificationId(text.lower())


def qualify_response(qualification: Qualification) -> pb.QualifyResponse:
    """The answer to Qualify."""
    return pb.QualifyResponse(qualification=qualification_to_wire(qualification))


def summary_to_wire(summary: Summary) -> pb.QualificationSummary:
    """A judgement without its reasons."""
    wire = pb.QualificationSummary(
        qualification_id=summary.qualification_id,
        version=summary.version,
        conversation_id=summary.conversation_id,
        turn_id=summary.turn_id,
        score=summary.score,
        temperature=temperature_to_wire(summary.temperature),
    )
    wire.qualified_at.FromDatetime(summary.qualified_at)
    return wire


def version_token(before: int) -> str:
    """Where the next page of judgements begins; 0: there is none."""
    return base64.urlsafe_b64encode(f"version:{before}".encode()).decode() if before else ""


def version_from_token(token: str) -> int:
    """The version before which a page begins; 0: the first page.

    Raises:
        InvalidPageToken: it is none of ours.
    """
    if not token:
        return 0
    try:
        word, _, number = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode().partition(":")
        version = int(number)
    except ValueError:
        raise InvalidPageToken from None
    if word != "version" or not 0 < version < 2**31:
        raise InvalidPageToken
    return version


def explain_response(qualification: Qualification) -> pb.ExplainResponse:
    """The answer to Explain."""
    return pb.ExplainResponse(qualification=qualification_to_wire(qualification), explanation=explain(qualification))


def get_settings_response(stored: AccountRubric) -> pb.GetSettingsResponse:
    """The answer to GetSettings: the whole table, even where the product's was taken."""
    return pb.GetSettingsResponse(
        clinic=clinic_to_wire(stored.clinic), settings=rubric_to_wire(stored.rubric), version=stored.version
    )


def put_settings_response(stored: StoredVersion) -> pb.PutSettingsResponse:
    """The answer to PutSettings."""
    return pb.PutSettingsResponse(version=stored.version, changed=stored.changed)


def subject_from_wire(conversation: lead.ConversationRef, turn_id: int) -> Subject:
    """Who is judged."""
    unknown = conversation.channel == lead.CHANNEL_UNSPECIFIED
    return Subject(
        account_id=conversation.account_id,
        conversation_id=conversation.conversation_id,
        contact_id=conversation.contact_id,
        inbox_id=conversation.inbox_id,
        channel=None if unknown else channel_from_wire(conversation.channel),
        turn_id=turn_id,
    )


def subject_to_wire(subject: Subject) -> lead.ConversationRef:
    """The conversation of a subject."""
    return lead.ConversationRef(
        account_id=subject.account_id,
        conversation_id=subject.conversation_id,
        contact_id=subject.contact_id,
        inbox_id=subject.inbox_id,
        channel=channel_to_wire(subject.channel),
    )


def qualification_to_wire(qualification: Qualification) -> lead.Qualification:
    """A stored qualification."""
    message = judgement_to_wire(qualification.judgement)
    message.qualification_id = qualification.qualification_id
    message.version = qualification.version
    message.rubric_version = qualification.rubric_version
    message.qualified_at.FromDatetime(qualification.qualified_at)
    return message


def qualification_from_wire(message: lead.Qualification) -> Qualification:
    """A stored qualification.

    Raises:
        InvalidField: a required word is missing or of a newer contract.
    """
    return Qualification(
        qualification_id=QualificationId(message.qualification_id),
        version=message.version,
        judgement=judgement_from_wire(message),
        rubric_version=message.rubric_version,
        qualified_at=timestamp_from_wire(message.qualified_at),
    )


def judgement_to_wire(judgement: Judgement) -> lead.Qualification:
    """A qualification without what storing it adds: id, version, rubric version, time."""
    return lead.Qualification(
        score=judgement.score,
        temperature=temperature_to_wire(judgement.temperature),
        lines=[
            lead.ScoreLine(
                kind=fact_kind_to_wire(line.kind),
                level=line.level,
                points=line.points,
                maximum=line.maximum,
                quote=line.quote,
                note=line.note,
            )
            for line in judgement.lines
        ],
        rules=[lead.AppliedRule(rule=rule.rule, explanation=rule.explanation) for rule in judgement.rules],
        next_step=judgement.next_step,
        funnel_stage=judgement.funnel_stage,
        status=status_to_wire(judgement.status),
        ended=end_reason_to_wire(judgement.ended),
        disqualification=disqualification_to_wire(judgement.disqualification),
    )


def judgement_from_wire(message: lead.Qualification) -> Judgement:
    """The judgement inside a qualification.

    Raises:
        InvalidField: a required word is missing or of a newer contract.
    """
    return Judgement(
        score=message.score,
        temperature=_known(temperature_from_wire(message.temperature), "temperature"),
        lines=tuple(
            ScoreLine(
                kind=_known(fact_kind_from_wire(line.kind), "lines.kind"),
                level=line.level,
                points=line.points,
                maximum=line.maximum,
                quote=line.quote,
                note=line.note,
            )
            for line in message.lines
        ),
        rules=tuple(AppliedRule(rule.rule, rule.explanation) for rule in message.rules),
        next_step=NextStep(message.next_step),
        funnel_stage=FunnelStage(message.funnel_stage),
        status=_known(status_from_wire(message.status), "status"),
        ended=_known(end_reason_from_wire(message.ended), "ended"),
        disqualification=disqualification_from_wire(message.disqualification),
    )


def rubric_from_wire(settings: pb.ScoringSettings) -> Rubric:
    """The rubric that settings mean: what is left out is the product's.

    Raises:
        InvalidRubric: names the fact, level and limit that are wrong.
    """
    given = settings.thresholds
    thresholds = Thresholds(given.hot, given.warm, given.cold) if settings.HasField("thresholds") else Thresholds()
    table = [(fact.kind, fact.levels) for fact in DEFAULT_RUBRIC.facts]
    if settings.facts:
        table = [
            (FactKind(fact.fact), tuple((level.level, level.points) for level in fact.levels))
            for fact in settings.facts
        ]
    return Rubric.of(table, thresholds)


def rubric_to_wire(rubric: Rubric) -> pb.ScoringSettings:
    """The whole rubric, nothing left out."""
    return pb.ScoringSettings(
        facts=[
            pb.FactRubric(
                fact=fact.kind,
                levels=[pb.LevelPoints(level=level, points=points) for level, points in fact.levels],
            )
            for fact in rubric.facts
        ],
        thresholds=pb.Thresholds(hot=rubric.thresholds.hot, warm=rubric.thresholds.warm, cold=rubric.thresholds.cold),
    )


def facts_from_wire(messages: Iterable[lead.Fact]) -> Mapping[FactKind, Fact]:
    """What is known, by kind.

    Raises:
        InvalidField: a fact stands twice.
    """
    facts: dict[FactKind, Fact] = {}
    for position, message in enumerate(messages):
        fact = fact_from_wire(message)
        if fact.kind in facts:
            raise InvalidField(f"facts[{position}].kind", f"{fact.kind} stands twice; each fact stands once")
        facts[fact.kind] = fact
    return facts


def _known(value: T | None, field: str) -> T:
    if value is None:
        raise InvalidField(field, "is missing or unknown here")
    return value
