"""What can go wrong in scoring."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind


class InvalidRubric(DomainError):
    """A rubric that cannot score: levels missing or unknown, points out of order, maximum not 130."""

    kind = ErrorKind.INVALID
    reason = "INVALID_RUBRIC"

    def __init__(self, field: str, problem: str, **details: str | int) -> None:
        super().__init__(f"{field}: {problem}", field=field, problem=problem, **details)


class QualificationNotFound(DomainError):
    """No such qualification in this account."""

    kind = ErrorKind.NOT_FOUND
    reason = "QUALIFICATION_NOT_FOUND"

    def __init__(self, account_id: int, qualification_id: str) -> None:
        super().__init__(
            f"account {account_id} has no qualification {qualification_id}",
            account_id=account_id,
            qualification_id=qualification_id,
        )
