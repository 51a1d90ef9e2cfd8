"""Between the mailbox and the turn: the trace is continued, the end is logged and measured."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import structlog
from opentelemetry.trace import SpanKind

from sdr_common.mailbox import Claim, Close, Sample, TurnEnded, TurnPutBack
from sdr_common.metrics import COUNTS, METER
from sdr_common.telemetry import TRACER, context_of, links_to
from sdr_gateway.domain.event import SignalKind
from sdr_gateway.domain.turn import Outcome
from sdr_gateway.operations.taken import signals_of
from sdr_gateway.operations.turns import TurnWork
from sdr_gateway.ports import Turns

_LOG = structlog.get_logger()
_TURNS = METER.create_counter("sdr.gateway.turns", ("outcome",), description="Turns that ended, by outcome.")
_SILENCES = METER.create_counter(
    "sdr.gateway.silences", ("reason",), description="Turns with a lead's words that got no answer, by reason."
)
_DURATION = METER.create_histogram("sdr.gateway.turn.duration", unit="s", description="From claimed to closed.")
_WAIT = METER.create_histogram("sdr.gateway.turn.wait", unit="s", description="From due to claimed.")
_MESSAGES = METER.create_histogram(
    "sdr.gateway.turn.messages", bounds=COUNTS, description="Messages of a lead in one turn: how bursts coalesce."
)
_PUT_BACK = METER.create_counter(
    "sdr.gateway.turns_put_back", ("counted",), description="Turns that failed and wait, counted or not."
)
_SEAL = METER.create_histogram(
    "sdr.gateway.turn.seal.duration", unit="s", description="Time of a seal, the last look for newer messages."
)
_SUPERSEDED = METER.create_counter(
    "sdr.gateway.turns_superseded", description="Answers that were overtaken by the lead and made anew."
)
for _outcome in Outcome:
    _TURNS.add(0, {"outcome": _outcome.value})  # else an alert misses the first one: nothing grows from nothing
_SILENT = {Outcome.PAUSED, Outcome.HANDED_OFF, Outcome.NOT_PENDING, Outcome.NOTHING_NEW, Outcome.POISON}


class MeasuredTurns:
    """`ports.Turns`, measured.

    Args:
        turns: Seals and supersedes.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def seal(self, claim: Claim, answer: bytes, *, patience_s: float | None = None) -> bool:
        """See `ports.Turns`."""
        started = time.monotonic()
        sealed = await self._turns.seal(claim, answer, patience_s=patience_s)
        _SEAL.record(time.monotonic() - started)
        return sealed

    async def supersede(self, claim: Claim) -> Claim:
        """See `ports.Turns`."""
        newer = await self._turns.supersede(claim)
        if newer.turn != claim.turn:
            _SUPERSEDED.add(1)
        return newer


class TurnHandler:
    """The mailbox worker's handler.

    Args:
        work: What a turn does.
    """

    def __init__(self, work: TurnWork) -> None:
        self._work = work

    async def __call__(self, claim: Claim) -> Close:
        """Works on one turn, inside the trace of its first message."""
        # Stirring entries first: an own echo that is taken along has a trace that ended long ago.
        entries = sorted(claim.entries, key=lambda entry: (not entry.stirring, entry.seq))
        traces = [entry.traceparent for entry in entries if entry.traceparent]
        with TRACER.start_as_current_span(
            "turn",
            context=context_of(traces[0] if traces else ""),
            kind=SpanKind.CONSUMER,
            links=links_to(traces[1:]),
            attributes={
                "sdr.account_id": claim.account_id,
                "sdr.conversation_id": claim.key_id,
                "sdr.turn_id": claim.turn,
                "sdr.attempt": claim.attempt,
            },
        ) as span:
            ending = await self._work.work(claim)
            outcome, wake = ending.outcome, ending.wake
            span.set_attribute("sdr.outcome", outcome.value)
            _measure_burst(claim, outcome)
            _LOG.info(
                "turn_finished",
                account_id=claim.account_id,
                conversation_id=claim.key_id,
                turn=claim.turn,
                outcome=outcome.value,
                entries=len(claim.entries),
                woken_for=claim.wake_reason,
            )
            if wake is None:
                return Close(outcome.value, cancel_wake=not ending.keeps_wake)
            return Close(outcome.value, datetime.fromtimestamp(wake.at, UTC), wake.reason.value)


def _measure_burst(claim: Claim, outcome: Outcome) -> None:
    messages = sum(signal.kind is SignalKind.LEAD_MESSAGE for signal in signals_of(claim))
    if messages:
        _MESSAGES.record(messages)
        if outcome in _SILENT:
            _SILENCES.add(1, {"reason": outcome.value})


def measure(sample: Sample) -> None:
    """The mailbox worker's metrics."""
    match sample:
        case TurnEnded():
            _TURNS.add(1, {"outcome": sample.outcome})
            _DURATION.record(sample.took_s)
            _WAIT.record(sample.waited_s)
        case TurnPutBack():
            _PUT_BACK.add(1, {"counted": sample.counted})
