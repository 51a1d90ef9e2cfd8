"""Between the mailbox and the turn: the trace is continued, the end is logged and measured."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import structlog
from opentelemetry.trace import Link, Span, SpanKind

from sdr_common.mailbox import Claim, Close, Entry, Sample, TurnEnded, TurnPutBack
from sdr_common.metrics import COUNTS, METER
from sdr_common.telemetry import TRACER, about, context_of, inside, links_to, now_ns, to_ns, told_on
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
_WAITS_TOLD = 50
"""Messages of one turn whose waits are told, at most."""
_KEPT = {Outcome.ESCALATED: "escalated", Outcome.POISON: "poison"}
"""Outcomes whose traces are kept, and the reason that is counted."""
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
        traced = [entry for entry in entries if entry.traceparent]
        context = about(context_of(traced[0].traceparent if traced else ""), claim.account_id, claim.key_id)
        with (
            inside(context),
            TRACER.start_as_current_span(
                "turn",
                kind=SpanKind.CONSUMER,
                links=links_to([entry.traceparent for entry in traced[1:]]),
                attributes={
                    "sdr.account_id": claim.account_id,
                    "sdr.conversation_id": claim.key_id,
                    "sdr.turn_id": claim.turn,
                    "sdr.attempt": claim.attempt,
                    "sdr.waited_s": round(claim.waited_s, 3),
                },
                record_exception=False,
                set_status_on_exception=False,
            ) as span,
            told_on(span),
        ):
            if span.is_recording() and claim.attempt == 1:
                _tell_waits(claim, traced, span)
            ending = await self._work.work(claim)
            outcome, wake = ending.outcome, ending.wake
            span.set_attribute("sdr.outcome", outcome.value)
            if outcome in _KEPT:
                span.set_attribute("sdr.keep", _KEPT[outcome])
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


def _tell_waits(claim: Claim, traced: list[Entry], turn: Span) -> None:
    """How long each message waited, the silence that ends a burst in it: in its webhook's trace, linked to the turn."""
    link, now = Link(turn.get_span_context()), now_ns()
    for entry in [entry for entry in traced if entry.stirring][:_WAITS_TOLD]:
        wait = TRACER.start_span(
            "wait_in_mailbox",
            about(context_of(entry.traceparent), claim.account_id, claim.key_id),
            start_time=to_ns(entry.arrived_at),
            links=[link],
            attributes={"sdr.turn_id": claim.turn},
        )
        wait.end(now)


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
