"""A turn as it was taken out of the mailbox: its claim, what it says, what is decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from sdr.common.v1 import lead_pb2 as lead
from sdr_common.mailbox import Claim
from sdr_gateway.domain.event import Signal, SignalKind
from sdr_gateway.domain.turn import Decision, Outcome, decide
from sdr_gateway.domain.wakes import ConversationRules, Wake
from sdr_gateway.operations import requests
from sdr_gateway.ports import Remembered

_SIGNAL = msgspec.json.Decoder(Signal)


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim with what was read out of it."""

    claim: Claim
    ref: lead.ConversationRef
    decision: Decision
    now: float
    """Seconds since 1970, Postgres's clock."""
    rules: ConversationRules
    """The account's."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn ended, and when its conversation is looked at again by itself."""

    outcome: Outcome
    wake: Wake | None = None
    keeps_wake: bool = False
    """True: a pending wake stays; nothing was decided."""


def signals_of(claim: Claim) -> tuple[Signal, ...]:
    """What a turn's entries say, in the order of their messages."""
    return tuple(_SIGNAL.decode(entry.raw) for entry in claim.entries)


def read_turn(claim: Claim, signals: Sequence[Signal], remembered: Remembered, rules: ConversationRules) -> Turn:
    """A turn with its decision; there must be at least one signal."""
    decision = decide(remembered.state, signals, answers_handed_off=rules.answers_handed_off)
    return Turn(claim, requests.conversation_ref(claim, signals), decision, remembered.now, rules)


def is_resumed(signals: Sequence[Signal]) -> bool:
    """Whether somebody gave the conversation back to the bot."""
    return any(signal.kind is SignalKind.RESUME for signal in signals)
