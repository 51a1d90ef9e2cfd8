"""Errors of accounts, including those that another service's refusal becomes here."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind


class InvalidDocument(DomainError):
    """The YAML document cannot be read, or does not fit the contract."""

    kind = ErrorKind.INVALID
    reason = "INVALID_DOCUMENT"

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}", field=place, problem=problem)


class InvalidExport(DomainError):
    """A settings export of the original plugin cannot be read."""

    kind = ErrorKind.INVALID
    reason = "INVALID_DOCUMENT"

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}", field=place, problem=problem)


class PartRefused(DomainError):
    """A service refuses its part of the document."""

    kind = ErrorKind.INVALID
    reason = "INVALID_FIELD"

    def __init__(self, part: str, field: str, problem: str) -> None:
        place = f"{part}.{field}" if field else part
        super().__init__(f"{place}: {problem}", field=place, problem=problem, part=part)


class SettingsChanged(DomainError):
    """Somebody else changed the settings since they were read."""

    kind = ErrorKind.CONFLICT
    reason = "SETTINGS_CHANGED"

    def __init__(self) -> None:
        super().__init__("the settings were changed since they were read; read them again, then decide again")


class SettingsRefused(PartRefused):
    """A service finds its part contradicting itself."""

    reason = "INVALID_SETTINGS"


class RubricRefused(PartRefused):
    """Scoring refuses the rubric."""

    reason = "INVALID_RUBRIC"


class ChatwootDenied(DomainError):
    """Chatwoot refuses the administrator's token, or it lacks a right."""

    kind = ErrorKind.DENIED
    reason = "CHATWOOT_DENIED"


class ChatwootAway(DomainError):
    """Chatwoot does not answer."""

    kind = ErrorKind.UNAVAILABLE
    reason = "CHATWOOT_UNAVAILABLE"


class ServiceAway(DomainError):
    """Another of our services does not answer."""

    kind = ErrorKind.UNAVAILABLE
    reason = "SERVICE_UNAVAILABLE"

    def __init__(self, service: str, problem: str) -> None:
        super().__init__(f"{service} does not answer: {problem}; repeat later", service=service)


class ConversationNotFound(DomainError):
    """The account has no such conversation, or the bot was never in it."""

    kind = ErrorKind.NOT_FOUND
    reason = "CONVERSATION_NOT_FOUND"

    def __init__(self, account_id: int, conversation_id: int) -> None:
        super().__init__(
            f"account {account_id} has no conversation {conversation_id} here",
            account_id=account_id,
            conversation_id=conversation_id,
        )


class ConversationOptedOut(DomainError):
    """The lead asked for silence; only the lead can break it."""

    kind = ErrorKind.PRECONDITION
    reason = "CONVERSATION_OPTED_OUT"

    def __init__(self, conversation_id: int) -> None:
        super().__init__(
            f"the lead of conversation {conversation_id} asked for silence", conversation_id=conversation_id
        )


class OutsideHours(DomainError):
    """The clinic is closed and wants no answers then; the turn waits."""

    kind = ErrorKind.UNAVAILABLE
    reason = "SERVICE_UNAVAILABLE"

    def __init__(self, opens_in_s: float) -> None:
        super().__init__(f"the clinic opens in {opens_in_s:.0f} s", opens_in_s=round(opens_in_s))
        # Looked at again before it opens: the mailbox spreads a pause by a tenth, and messages are taken in.
        self.retry_after_s = min(opens_in_s, 600.0)
        """When to try again, in seconds."""


class CallFailed(DomainError):
    """Another of our services failed on a call that should have worked."""

    kind = ErrorKind.INTERNAL
    reason = "INTERNAL"

    def __init__(self, service: str, problem: str) -> None:
        super().__init__(f"{service}: {problem}", service=service)
