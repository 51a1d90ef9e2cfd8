"""How a mutating call is recognised and its answer kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

R = TypeVar("R")
A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class Once(Generic[R, A]):
    """A call with its `request_id`: its answer is stored with the effect and replayed to repeats."""

    request: Message
    """As it came."""
    answer_type: type[A]
    answer: Callable[[R], A]
    """Makes the answer out of the result."""
