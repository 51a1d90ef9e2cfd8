"""Between the mailbox and the turn: the trace is continued, the end is logged and measured."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from opentelemetry.trace import SpanKind

from sdr_common.mailbox import Claim, Close, DepthMeasured, Sample, TurnEnded, TurnPutBack
from sdr_common.telemetry import METER, TRACER, context_of, links_to
from sdr_gateway.operations.turns import TurnWork

_LOG = structlog.get_logger()
_TURNS = METER.create_counter("sdr.gateway.turns", description="Turns that ended, by outcome.")
_TURN_DURATION = METER.create_histogram("sdr.gateway.turn.duration", unit="s", description="From claimed to closed.")
_TURN_WAIT = METER.create_histogram("sdr.gateway.turn.wait", unit="s", description="From due to claimed.")
_PUT_BACK = METER.create_counter(
    "sdr.gateway.turns_put_back", description="Turns that failed and wait, counted or not."
)
_WAITING = METER.create_gauge(
    "sdr.gateway.conversations_waiting", description="Conversations that are due and untaken."
)
_OLDEST = METER.create_gauge("sdr.gateway.oldest_wait", unit="s", description="For how long the first of them is due.")
_IN_FLIGHT = METER.create_gauge("sdr.gateway.turns_in_flight", description="Turns that this process works on.")


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


def measure(sample: Sample) -> None:
    """The mailbox worker's metrics."""
    match sample:
        case TurnEnded():
            _TURNS.add(1, {"outcome": sample.outcome})
            _TURN_DURATION.record(sample.took_s)
            _TURN_WAIT.record(sample.waited_s)
        case TurnPutBack():
            _PUT_BACK.add(1, {"counted": sample.counted})
        case DepthMeasured():
            _WAITING.set(sample.depth.waiting)
            _OLDEST.set(sample.depth.oldest_s)
            _IN_FLIGHT.set(sample.in_flight)
