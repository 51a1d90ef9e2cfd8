"""The lead's vocabulary between pure Python and the contracts: total both ways, tested as round trips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Generic, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from sdr.common.v1 import lead_pb2 as pb
from sdr_common.clinic import Clinic
from sdr_common.lead import (
    Behaviour,
    Channel,
    Disqualification,
    DisqualificationKind,
    EndReason,
    EscalationReason,
    Fact,
    FactKind,
    FactSource,
    JudgementVerdict,
    LeadOutcome,
    LeadStatus,
    Temperature,
)

W = TypeVar("W", bound=int)
D = TypeVar("D")


class _Words(Generic[D, W]):
    """A two-way table; the wire's zero ("unspecified") stands for None."""

    def __init__(self, table: Mapping[D, W]) -> None:
        self._to_wire = dict(table)
        self._from_wire: dict[int, D] = {int(wire): domain for domain, wire in table.items()}

    def to_wire(self, value: D | None, zero: W) -> W:
        return zero if value is None else self._to_wire[value]

    def from_wire(self, value: int) -> D | None:
        """None for zero and for values of a newer contract."""
        return self._from_wire.get(int(value))


_FACTS: _Words[FactKind, pb.FactKind.ValueType] = _Words(
    {
        FactKind.NAME: pb.FACT_KIND_NAME,
        FactKind.INTEREST: pb.FACT_KIND_INTEREST,
        FactKind.URGENCY: pb.FACT_KIND_URGENCY,
        FactKind.KNOWLEDGE: pb.FACT_KIND_KNOWLEDGE,
        FactKind.LOCATION: pb.FACT_KIND_LOCATION,
        FactKind.MOTIVATION: pb.FACT_KIND_MOTIVATION,
    }
)
_SOURCES: _Words[FactSource, pb.FactSource.ValueType] = _Words(
    {
        FactSource.LEAD: pb.FACT_SOURCE_LEAD,
        FactSource.AGENT: pb.FACT_SOURCE_AGENT,
        FactSource.SYSTEM: pb.FACT_SOURCE_SYSTEM,
    }
)
_TEMPERATURES: _Words[Temperature, pb.Temperature.ValueType] = _Words(
    {
        Temperature.HOT: pb.TEMPERATURE_HOT,
        Temperature.WARM: pb.TEMPERATURE_WARM,
        Temperature.COLD: pb.TEMPERATURE_COLD,
        Temperature.VERY_COLD: pb.TEMPERATURE_VERY_COLD,
    }
)
_BEHAVIOURS: _Words[Behaviour, pb.Behaviour.ValueType] = _Words(
    {
        Behaviour.COOPERATIVE: pb.BEHAVIOUR_COOPERATIVE,
        Behaviour.EVASIVE: pb.BEHAVIOUR_EVASIVE,
        Behaviour.RESISTANT: pb.BEHAVIOUR_RESISTANT,
    }
)
_STATUSES: _Words[LeadStatus, pb.LeadStatus.ValueType] = _Words(
    {
        LeadStatus.IN_PROGRESS: pb.LEAD_STATUS_IN_PROGRESS,
        LeadStatus.COMPLETE: pb.LEAD_STATUS_COMPLETE,
        LeadStatus.INCOMPLETE: pb.LEAD_STATUS_INCOMPLETE,
        LeadStatus.PAUSED: pb.LEAD_STATUS_PAUSED,
        LeadStatus.QUALIFIED: pb.LEAD_STATUS_QUALIFIED,
        LeadStatus.ESCALATED: pb.LEAD_STATUS_ESCALATED,
        LeadStatus.OPT_OUT: pb.LEAD_STATUS_OPT_OUT,
    }
)
_OUTCOMES: _Words[LeadOutcome, pb.LeadOutcome.ValueType] = _Words(
    {
        LeadOutcome.WON: pb.LEAD_OUTCOME_WON,
        LeadOutcome.LOST: pb.LEAD_OUTCOME_LOST,
        LeadOutcome.OPEN: pb.LEAD_OUTCOME_OPEN,
    }
)
_VERDICTS: _Words[JudgementVerdict, pb.JudgementVerdict.ValueType] = _Words(
    {
        JudgementVerdict.RIGHT: pb.JUDGEMENT_VERDICT_RIGHT,
        JudgementVerdict.TOO_HIGH: pb.JUDGEMENT_VERDICT_TOO_HIGH,
        JudgementVerdict.TOO_LOW: pb.JUDGEMENT_VERDICT_TOO_LOW,
    }
)
_ENDS: _Words[EndReason, pb.EndReason.ValueType] = _Words(
    {
        EndReason.FACTS_COMPLETE: pb.END_REASON_FACTS_COMPLETE,
        EndReason.DISQUALIFIED: pb.END_REASON_DISQUALIFIED,
        EndReason.MESSAGE_LIMIT: pb.END_REASON_MESSAGE_LIMIT,
        EndReason.ABANDONED: pb.END_REASON_ABANDONED,
    }
)
_DISQUALIFICATIONS: _Words[DisqualificationKind, pb.DisqualificationKind.ValueType] = _Words(
    {
        DisqualificationKind.REFUSAL: pb.DISQUALIFICATION_KIND_REFUSAL,
        DisqualificationKind.WRONG_NUMBER: pb.DISQUALIFICATION_KIND_WRONG_NUMBER,
        DisqualificationKind.SUPPLIER: pb.DISQUALIFICATION_KIND_SUPPLIER,
        DisqualificationKind.JOB_SEEKER: pb.DISQUALIFICATION_KIND_JOB_SEEKER,
        DisqualificationKind.SPAM: pb.DISQUALIFICATION_KIND_SPAM,
    }
)
_ESCALATIONS: _Words[EscalationReason, pb.EscalationReason.ValueType] = _Words(
    {
        EscalationReason.HUMAN_REQUESTED: pb.ESCALATION_REASON_HUMAN_REQUESTED,
        EscalationReason.IRRITATION: pb.ESCALATION_REASON_IRRITATION,
        EscalationReason.EMERGENCY: pb.ESCALATION_REASON_EMERGENCY,
        EscalationReason.LEGAL: pb.ESCALATION_REASON_LEGAL,
        EscalationReason.MINOR: pb.ESCALATION_REASON_MINOR,
        EscalationReason.PRODUCT_FAILURE: pb.ESCALATION_REASON_PRODUCT_FAILURE,
        EscalationReason.DATA_DELETION: pb.ESCALATION_REASON_DATA_DELETION,
    }
)
_CHANNELS: _Words[Channel, pb.Channel.ValueType] = _Words(
    {
        Channel.WHATSAPP: pb.CHANNEL_WHATSAPP,
        Channel.INSTAGRAM: pb.CHANNEL_INSTAGRAM,
        Channel.MESSENGER: pb.CHANNEL_MESSENGER,
        Channel.TELEGRAM: pb.CHANNEL_TELEGRAM,
        Channel.WEB_WIDGET: pb.CHANNEL_WEB_WIDGET,
        Channel.OTHER: pb.CHANNEL_OTHER,
    }
)


def fact_kind_to_wire(kind: FactKind | None) -> pb.FactKind.ValueType:
    """None becomes FACT_KIND_UNSPECIFIED."""
    return _FACTS.to_wire(kind, pb.FACT_KIND_UNSPECIFIED)


def fact_kind_from_wire(value: int) -> FactKind | None:
    """None for unspecified or unknown."""
    return _FACTS.from_wire(value)


def outcome_to_wire(value: LeadOutcome | None) -> pb.LeadOutcome.ValueType:
    """None becomes LEAD_OUTCOME_UNSPECIFIED."""
    return _OUTCOMES.to_wire(value, pb.LEAD_OUTCOME_UNSPECIFIED)


def outcome_from_wire(value: int) -> LeadOutcome | None:
    """None for unspecified or unknown."""
    return _OUTCOMES.from_wire(value)


def verdict_to_wire(value: JudgementVerdict | None) -> pb.JudgementVerdict.ValueType:
    """None becomes JUDGEMENT_VERDICT_UNSPECIFIED."""
    return _VERDICTS.to_wire(value, pb.JUDGEMENT_VERDICT_UNSPECIFIED)


def verdict_from_wire(value: int) -> JudgementVerdict | None:
    """None for unspecified or unknown."""
    return _VERDICTS.from_wire(value)


def temperature_to_wire(value: Temperature | None) -> pb.Temperature.ValueType:
    """None becomes TEMPERATURE_UNSPECIFIED."""
    return _TEMPERATURES.to_wire(value, pb.TEMPERATURE_UNSPECIFIED)


def temperature_from_wire(value: int) -> Temperature | None:
    """None for unspecified or unknown."""
    return _TEMPERATURES.from_wire(value)


def behaviour_to_wire(value: Behaviour | None) -> pb.Behaviour.ValueType:
    """None becomes BEHAVIOUR_UNSPECIFIED."""
    return _BEHAVIOURS.to_wire(value, pb.BEHAVIOUR_UNSPECIFIED)


def behaviour_from_wire(value: int) -> Behaviour | None:
    """None for unspecified or unknown."""
    return _BEHAVIOURS.from_wire(value)


def status_to_wire(value: LeadStatus | None) -> pb.LeadStatus.ValueType:
    """None becomes LEAD_STATUS_UNSPECIFIED."""
    return _STATUSES.to_wire(value, pb.LEAD_STATUS_UNSPECIFIED)


def status_from_wire(value: int) -> LeadStatus | None:
    """None for unspecified or unknown."""
    return _STATUSES.from_wire(value)


def end_reason_to_wire(value: EndReason | None) -> pb.EndReason.ValueType:
    """None becomes END_REASON_UNSPECIFIED."""
    return _ENDS.to_wire(value, pb.END_REASON_UNSPECIFIED)


def end_reason_from_wire(value: int) -> EndReason | None:
    """None for unspecified or unknown."""
    return _ENDS.from_wire(value)


def escalation_to_wire(value: EscalationReason | None) -> pb.EscalationReason.ValueType:
    """None becomes ESCALATION_REASON_UNSPECIFIED."""
    return _ESCALATIONS.to_wire(value, pb.ESCALATION_REASON_UNSPECIFIED)


def escalation_from_wire(value: int) -> EscalationReason | None:
    """None for unspecified or unknown."""
    return _ESCALATIONS.from_wire(value)


def channel_to_wire(value: Channel | None) -> pb.Channel.ValueType:
    """None becomes CHANNEL_UNSPECIFIED."""
    return _CHANNELS.to_wire(value, pb.CHANNEL_UNSPECIFIED)


def channel_from_wire(value: int) -> Channel:
    """An unknown channel is treated as WhatsApp, the strictest common case."""
    return _CHANNELS.from_wire(value) or Channel.WHATSAPP


def timestamp_to_wire(value: datetime | None) -> Timestamp | None:
    """None stays None, which leaves a message field unset."""
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value.astimezone(UTC))
    return stamp


def timestamp_from_wire(value: Timestamp) -> datetime:
    """Aware UTC, microseconds."""
    return value.ToDatetime(tzinfo=UTC)


def fact_to_wire(fact: Fact) -> pb.Fact:
    """One fact."""
    return pb.Fact(
        kind=fact_kind_to_wire(fact.kind),
        value=fact.value,
        level=fact.level,
        evidence=fact.evidence,
        source_message_id=fact.source_message_id,
        confidence=fact.confidence,
        source=_SOURCES.to_wire(fact.source, pb.FACT_SOURCE_UNSPECIFIED),
        set_at=timestamp_to_wire(fact.set_at),
        locked=fact.locked,
        canonical=fact.canonical,
    )


def fact_from_wire(fact: pb.Fact) -> Fact:
    """One fact; the contract's rules have been checked before.

    Raises:
        ValueError: kind or source is unspecified.
    """
    kind, source = _FACTS.from_wire(fact.kind), _SOURCES.from_wire(fact.source)
    if kind is None or source is None:
        raise ValueError("a fact needs a kind and a source")
    return Fact(
        kind=kind,
        value=fact.value,
        level=fact.level,
        evidence=fact.evidence,
        source_message_id=fact.source_message_id,
        confidence=fact.confidence,
        source=source,
        set_at=timestamp_from_wire(fact.set_at),
        locked=fact.locked,
        canonical=fact.canonical,
    )


def facts_from_wire(facts: Iterable[pb.Fact]) -> dict[FactKind, Fact]:
    """Facts by kind; the last of a kind wins."""
    return {fact.kind: fact for fact in map(fact_from_wire, facts)}


def disqualification_to_wire(value: Disqualification | None) -> pb.Disqualification | None:
    """None stays None."""
    if value is None:
        return None
    return pb.Disqualification(
        kind=_DISQUALIFICATIONS.to_wire(value.kind, pb.DISQUALIFICATION_KIND_UNSPECIFIED),
        quote=value.quote,
        source_message_id=value.source_message_id,
    )


def disqualification_from_wire(value: pb.Disqualification) -> Disqualification | None:
    """None for an unset or unknown kind."""
    kind = _DISQUALIFICATIONS.from_wire(value.kind)
    return None if kind is None else Disqualification(kind, value.quote, value.source_message_id)


def clinic_to_wire(clinic: Clinic) -> pb.Clinic:
    """The clinic."""
    return pb.Clinic(
        name=clinic.name,
        assistant_name=clinic.assistant_name,
        time_zone=clinic.time_zone,
        address=clinic.address,
        city=clinic.city,
    )


def clinic_from_wire(clinic: pb.Clinic) -> Clinic:
    """The clinic."""
    return Clinic(
        name=clinic.name,
        assistant_name=clinic.assistant_name,
        time_zone=clinic.time_zone,
        address=clinic.address,
        city=clinic.city,
    )
