"""What Chatwoot's answers mean for the caller: repeat later, mend the token, or give up."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind


class ChatwootUnavailable(DomainError):
    """Chatwoot does not answer, answers with a fault of its own, or asks us to slow down."""

    kind = ErrorKind.UNAVAILABLE
    reason = "CHATWOOT_UNAVAILABLE"

    def __init__(
        self, problem: str, *, ambiguous: bool = False, status: int = 0, retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"Chatwoot: {problem}", status=status)
        self.ambiguous = ambiguous
        """True: the request may have been carried out, now or in the next seconds."""
        self.status = status
        """HTTP status; 0: there was no answer."""
        self.retry_after_s = retry_after_s
        """Chatwoot's own hint, in seconds; None without one."""


class ChatwootDenied(DomainError):
    """Chatwoot refuses the token, or the token lacks a right (Chatwoot says 401 to both)."""

    kind = ErrorKind.DENIED
    reason = "CHATWOOT_DENIED"

    def __init__(self, problem: str, *, status: int) -> None:
        super().__init__(f"Chatwoot refuses the token: {problem}", status=status)
        self.status = status


class ChatwootRefused(DomainError):
    """Chatwoot will never accept this request as it is: what it names is gone, or breaks a rule."""

    kind = ErrorKind.INVALID
    reason = "INVALID_FIELD"

    def __init__(self, problem: str, *, status: int) -> None:
        super().__init__(f"Chatwoot refused: {problem}", status=status)
        self.problem = problem
        """Chatwoot's own text, one line of at most 200 characters."""
        self.status = status
