"""What the emulated model says next, and what it was asked."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Json: TypeAlias = dict[str, JsonValue]


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    delay_ms: Annotated[int, Field(ge=0, le=600_000)] = 0
    """Milliseconds before the answer begins."""


class Answer(_Step):
    """A complete answer."""

    kind: Literal["answer"] = "answer"
    content: Json | str
    """An object becomes JSON text."""
    prompt_tokens: int = 120
    completion_tokens: int = 40
    cached_tokens: int = 0


class ToolCall(_Step):
    """The model calls a tool instead of answering, as compatible servers do when they misread a schema."""

    kind: Literal["tool_call"]
    name: str = "turn"
    arguments: Json = {}
    prompt_tokens: int = 120
    completion_tokens: int = 40


class Refusal(_Step):
    """The model declines, in the provider's own way."""

    kind: Literal["refusal"]
    text: str = "I'm sorry, I can't assist with that request."


class CutOff(_Step):
    """The answer hits the token limit."""

    kind: Literal["length"]
    content: str = '{"answer": "Ol'


class Malformed(_Step):
    """A body that is no JSON, as a broken proxy gives it, with status 200."""

    kind: Literal["malformed"]
    body: str = "<html><body>upstream connect error</body></html>"


class Failure(_Step):
    """An error of the API."""

    kind: Literal["error"]
    status: Literal[400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504, 529]
    retry_after_s: Annotated[int, Field(ge=0)] | None = None
    """When to come again: a header, or Google's `RetryInfo`."""


class Hang(_Step):
    """No answer at all; the connection stays open for so long and is then closed."""

    kind: Literal["hang"]
    seconds: Annotated[float, Field(gt=0, le=600)] = 60.0


class Reset(_Step):
    """The connection is reset without an answer, as by a process that was killed."""

    kind: Literal["reset"]


Step: TypeAlias = Annotated[
    Answer | ToolCall | Refusal | CutOff | Malformed | Failure | Hang | Reset, Field(discriminator="kind")
]


class Script(BaseModel):
    """Steps for the next requests, in order; after them each request is answered as the mood says."""

    model_config = ConfigDict(extra="forbid")

    steps: list[Step]
    forever: bool = False
    """True: the last step is repeated instead."""


class Mood(StrEnum):
    """What a model that nobody scripted makes of a prompt."""

    PLAIN = "plain"
    """The plainest value of the wanted schema."""
    HELPFUL = "helpful"
    """Finds the usual facts of a short conversation."""
    GULLIBLE = "gullible"
    """Obeys whatever a lead writes, and gives away all it can."""


@dataclass
class ModelState:
    """One emulated provider."""

    api_key: str = ""
    """The one accepted key; empty: any."""
    mood: Mood = Mood.PLAIN
    waiting: deque[Step] = field(default_factory=deque)
    forever: Step | None = None
    requests: list[Json] = field(default_factory=list)
    """Bodies of the requests since the last reset, oldest first, those that were refused included."""

    def load(self, script: Script) -> None:
        """Puts steps behind those that wait."""
        self.waiting.extend(script.steps)
        if script.forever and script.steps:
            self.forever = script.steps[-1]

    def next_step(self) -> Step | None:
        """What to do with this request; None: nothing was scripted."""
        return self.waiting.popleft() if self.waiting else self.forever

    def reset(self) -> None:
        """Forgets script, mood and requests."""
        self.mood = Mood.PLAIN
        self.waiting.clear()
        self.forever = None
        self.requests.clear()
