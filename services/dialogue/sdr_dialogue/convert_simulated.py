"""A simulated conversation on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_common.lead_proto import timestamp_from_wire
from sdr_dialogue.convert import analyze_response, respond_response
from sdr_dialogue.playground import Played, Script, Simulated, Step


def script_from_wire(request: pb.SimulateRequest) -> Script:
    """A conversation to play."""
    return Script(
        account_id=request.account_id,
        bursts=bursts_from_wire(request.bursts),
        contact_name=request.contact_name,
        engine=request.engine,
        prompt_number=request.prompt_number,
        at=timestamp_from_wire(request.simulated_at) if request.HasField("simulated_at") else None,
    )


def bursts_from_wire(bursts: Iterable[pb.SimulatedBurst]) -> tuple[Played, ...]:
    """What the lead writes."""
    return tuple(Played(tuple(burst.messages), burst.replay) for burst in bursts)


def simulate_response(simulated: Simulated) -> pb.SimulateResponse:
    """A conversation, step by step."""
    judgement = analyze_response(simulated.judgement) if simulated.judgement is not None else None
    return pb.SimulateResponse(steps=map(_step, simulated.steps), judgement=judgement)


def _step(step: Step) -> pb.SimulatedStep:
    return pb.SimulatedStep(
        answer=respond_response(step.answer),
        prompt=[pb.PromptPart(name=part.name, text=part.text, tokens=part.tokens) for part in step.prompt],
        passages=[
            pb.FoundPassage(
                question=found.question,
                title=passage.title,
                text=passage.text,
                fit=passage.fit,
                answers=passage.answers,
            )
            for found in step.found
            for passage in found.passages
        ],
        elapsed_ms=step.elapsed_ms,
        replay=step.replay,
    )
