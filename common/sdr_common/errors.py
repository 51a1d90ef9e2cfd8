"""The errors that domains raise; pure, so that a domain needs nothing else of ours."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import ClassVar


class ErrorKind(Enum):
    """What a caller can do about an error; each maps to one gRPC code and one HTTP status."""

    INVALID = "invalid"
    """The input is wrong; repeating it cannot help."""
    NOT_FOUND = "not_found"
    """What was named does not exist."""
    PRECONDITION = "precondition"
    """The state forbids it now; something else must happen first."""
    CONFLICT = "conflict"
    """Two writers met; repeating helps."""
    DENIED = "denied"
    """The caller, or our token at an outside system, may not."""
    EXHAUSTED = "exhausted"
    """A limit was reached; repeating later helps."""
    UNAVAILABLE = "unavailable"
    """A dependency does not answer; repeating later helps."""
    INTERNAL = "internal"
    """A fault of ours."""


class DomainError(Exception):
    """An error with a kind, a stable reason and typed details.

    Subclasses fix `kind` and `reason` (a name of `sdr.common.v1.ErrorReason` without its prefix) and
    say in their message which field, value and limit are meant. `details` travels to the caller; it
    never holds message text, phone numbers, e-mail addresses or tokens.
    """

    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL
    reason: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, **details: str | int | float | bool) -> None:
        super().__init__(message)
        self.message = message
        """For people, in English."""
        self.details: dict[str, str] = {name: str(value) for name, value in details.items()}
        """Field, value and limit, for programs."""


class InvalidField(DomainError):
    """A field breaks its rule."""

    kind = ErrorKind.INVALID
    reason = "INVALID_FIELD"

    def __init__(self, field: str, problem: str, **details: str | int | float | bool) -> None:
        super().__init__(f"{field}: {problem}", field=field, problem=problem, **details)
        self.field = field
        self.problem = problem


class InvalidFields(DomainError):
    """Several fields break their rules: all of them at once.

    Args:
        faults: Field and problem of each; at least one.
    """

    kind = ErrorKind.INVALID
    reason = "INVALID_FIELD"

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in faults[:10]))
        self.faults = tuple(faults)


class InvalidSettings(DomainError):
    """Settings contradict themselves."""

    kind = ErrorKind.INVALID
    reason = "INVALID_SETTINGS"

    def __init__(self, field: str, problem: str, **details: str | int | float | bool) -> None:
        super().__init__(f"{field}: {problem}", field=field, problem=problem, **details)


class AccountNotFound(DomainError):
    """No such account, or it was never set up in this service."""

    kind = ErrorKind.NOT_FOUND
    reason = "ACCOUNT_NOT_FOUND"

    def __init__(self, account_id: int) -> None:
        super().__init__(f"account {account_id} is not set up here", account_id=account_id)


class InvalidPageToken(DomainError):
    """A page token that this list did not give."""

    kind = ErrorKind.INVALID
    reason = "INVALID_PAGE_TOKEN"

    def __init__(self) -> None:
        super().__init__("page_token: not one of this list's tokens; start again with an empty one", field="page_token")


class VersionNotFound(DomainError):
    """The account has no such version of its prompt or rubric."""

    kind = ErrorKind.NOT_FOUND
    reason = "VERSION_NOT_FOUND"

    def __init__(self, part: str, number: int) -> None:
        super().__init__(f"the account has no version {number} of its {part}", part=part, number=number)


class VersionConflict(DomainError):
    """Another version is published than the caller believes."""

    kind = ErrorKind.CONFLICT
    reason = "VERSION_CONFLICT"

    def __init__(self, part: str, expected: int, active: int) -> None:
        super().__init__(
            f"expected_active: version {active} of the {part} is published, not {expected}; look at it first",
            part=part,
            expected=expected,
            active=active,
        )


class NoEarlierVersion(DomainError):
    """Nothing was published before the present version."""

    kind = ErrorKind.PRECONDITION
    reason = "NO_EARLIER_VERSION"

    def __init__(self, part: str, active: int) -> None:
        super().__init__(
            f"version {active} of the {part} is the first one that was published", part=part, active=active
        )


class RequestIdReused(DomainError):
    """The same request id came with another input."""

    kind = ErrorKind.PRECONDITION
    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str, method: str) -> None:
        super().__init__(
            f"request_id {request_id} of {method} was used before with another input; make a new one",
            request_id=request_id,
            method=method,
        )


class RequestInProgress(DomainError):
    """The same request is being worked on now."""

    kind = ErrorKind.CONFLICT
    reason = "REQUEST_IN_PROGRESS"

    def __init__(self, request_id: str) -> None:
        super().__init__(f"request {request_id} is being worked on; repeat it later", request_id=request_id)


class StoreUnavailable(DomainError):
    """The database cannot be reached."""

    kind = ErrorKind.UNAVAILABLE
    reason = "STORE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("the database cannot be reached; repeat later")


class WriteConflict(DomainError):
    """Two writers met."""

    kind = ErrorKind.CONFLICT
    reason = "WRITE_CONFLICT"

    def __init__(self) -> None:
        super().__init__("two writers met; repeat the call")
