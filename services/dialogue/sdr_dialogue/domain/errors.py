"""What can go wrong in dialogue."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind
from sdr_dialogue.domain.conversation import Usage


class ConversationNotFound(DomainError):
    """No such conversation."""

    kind = ErrorKind.NOT_FOUND
    reason = "CONVERSATION_NOT_FOUND"

    def __init__(self, account_id: int, conversation_id: int) -> None:
        super().__init__(
            f"account {account_id} has no conversation {conversation_id} here",
            account_id=account_id,
            conversation_id=conversation_id,
        )


class EngineUnavailable(DomainError):
    """A language engine did not answer in time, or not in a usable form."""

    kind = ErrorKind.UNAVAILABLE
    reason = "ENGINE_UNAVAILABLE"

    def __init__(self, engine: str, problem: str, retry_after_s: float = 0.0, usage: Usage | None = None) -> None:
        super().__init__(f"engine {engine}: {problem}", engine=engine, problem=problem)
        self.engine = engine
        self.problem = problem
        self.retry_after_s = retry_after_s
        """Seconds that the provider asked to be left alone; 0: it did not say."""
        self.usage = usage or Usage()
        """What the failed call cost nevertheless."""
