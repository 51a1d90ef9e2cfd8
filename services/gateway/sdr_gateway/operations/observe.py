"""Tells dialogue what happened outside answers: one call for all that comes within a few milliseconds."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr_common.grpc_errors import RemoteError
from sdr_common.telemetry import TRACER, current_traceparent, inside, links_to, told_on
from sdr_gateway.domain.turn import Note
from sdr_gateway.operations.requests import NOTES_PER_CALL, observations
from sdr_gateway.ports import Dialogue

_CONVERSATIONS_PER_CALL = 100


@dataclass(frozen=True, slots=True)
class _Waiting:
    conversation: dialogue.ConversationObservations
    traceparent: str
    told: asyncio.Future[None]


class Observer:
    """Gathers observations of many conversations.

    Args:
        dialogue: Who is told.
        window_s: How long the first of a batch waits for others.
    """

    def __init__(self, dialogue: Dialogue, *, window_s: float = 0.05) -> None:
        self._dialogue = dialogue
        self._window_s = window_s
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def observe(self, ref: lead.ConversationRef, notes: Sequence[Note]) -> None:
        """Returns once dialogue has the notes; none is fine. Telling the same twice changes nothing.

        Raises:
            RemoteError: dialogue refuses them or does not answer.
        """
        for first in range(0, len(notes), NOTES_PER_CALL):
            part = observations(notes[first : first + NOTES_PER_CALL])
            waiting = _Waiting(
                dialogue.ConversationObservations(conversation=ref, observations=part),
                current_traceparent(),
                asyncio.get_running_loop().create_future(),
            )
            self._waiting.append(waiting)
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run(), name="observe")
            await waiting.told

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._window_s)
            batch = self._waiting[:_CONVERSATIONS_PER_CALL]
            del self._waiting[: len(batch)]
            # Callers must not wait for ever whatever happens: each gets the error.
            try:
                await self._send(batch)
            except Exception as error:
                _settle(batch, error)

    async def _send(self, batch: Sequence[_Waiting]) -> None:
        """One call; a batch that is refused is halved until the bad one stands alone."""
        request = dialogue.ObserveRequest(
            request_id=str(uuid.uuid4()), conversations=[waiting.conversation for waiting in batch]
        )
        links = links_to([waiting.traceparent for waiting in batch if waiting.traceparent])
        try:
            # A trace of its own, linked to those it serves: it belongs to none of them alone.
            with (
                # Not inside the turn whose task this happens to be.
                inside(Context()),
                TRACER.start_as_current_span(
                    "observe",
                    kind=SpanKind.INTERNAL,
                    links=links,
                    record_exception=False,
                    set_status_on_exception=False,
                ) as span,
                told_on(span),
            ):
                await self._dialogue.observe(request)
        except RemoteError as error:
            if error.transient or len(batch) == 1:
                _settle(batch, error)
                return
            middle = len(batch) // 2
            await self._send(batch[:middle])
            await self._send(batch[middle:])
            return
        _settle(batch, None)


def _settle(batch: Sequence[_Waiting], error: Exception | None) -> None:
    for waiting in batch:
        if waiting.told.done():
            continue
        if error is None:
            waiting.told.set_result(None)
        else:
            waiting.told.set_exception(error)
