"""A simulated conversation on the wire."""

from __future__ import annotations

from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_dialogue.convert import analyze_response, respond_response
from sdr_dialogue.playground import Simulated, Step


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
    )
