"""What routing refuses, with field, value and limit."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind


class DeliveryNotFound(DomainError):
    """The account has no such delivery."""

    kind = ErrorKind.NOT_FOUND
    reason = "DELIVERY_NOT_FOUND"

    def __init__(self, account_id: int, delivery_id: str) -> None:
        super().__init__(
            f"account {account_id} has no delivery {delivery_id}", account_id=account_id, delivery_id=delivery_id
        )


class DeliveryNotDead(DomainError):
    """Only a delivery that was given up can be taken up again."""

    kind = ErrorKind.PRECONDITION
    reason = "DELIVERY_NOT_DEAD"

    def __init__(self, delivery_id: str, state: str) -> None:
        super().__init__(
            f"delivery {delivery_id} is {state}; only a dead one can be retried", delivery_id=delivery_id, state=state
        )


class NotConnected(DomainError):
    """The account has no connection to a Chatwoot."""

    kind = ErrorKind.PRECONDITION
    reason = "NOT_CONNECTED"

    def __init__(self, account_id: int) -> None:
        super().__init__(
            f"account {account_id} is not connected to a Chatwoot; connect it first", account_id=account_id
        )


class UnknownTeam(DomainError):
    """Chatwoot has no team of that name; nothing was unassigned."""

    kind = ErrorKind.PRECONDITION
    reason = "UNKNOWN_TEAM"

    def __init__(self, team: str) -> None:
        super().__init__(f"Chatwoot has no team {team!r}; nothing was changed", team=team)
        self.team = team


class UnknownCloser(DomainError):
    """Chatwoot has no agent with that e-mail; nothing was unassigned."""

    kind = ErrorKind.PRECONDITION
    reason = "UNKNOWN_CLOSER"

    def __init__(self, closer_name: str) -> None:
        # The e-mail stays out: errors travel into logs.
        super().__init__(f"Chatwoot has no agent with the e-mail of closer {closer_name!r}; nothing was changed")
        self.closer_name = closer_name


class DeliveryUnsettled(DomainError):
    """A delivery is under way: what it did with a message is not known yet."""

    kind = ErrorKind.CONFLICT
    reason = "WRITE_CONFLICT"

    def __init__(self, message_id: int) -> None:
        super().__init__(
            f"the delivery of message {message_id} is still under way; repeat later", message_id=message_id
        )


class NotSettledYet(DomainError):
    """Whether a message was stored cannot be known yet: look again later."""

    kind = ErrorKind.UNAVAILABLE
    reason = "CHATWOOT_UNAVAILABLE"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("Chatwoot may still store the message; looking again later")
        self.retry_after_s = retry_after_s
        """Seconds until it is worth looking."""


class Flooded(DomainError):
    """Chatwoot takes no more messages in this conversation for now."""

    kind = ErrorKind.UNAVAILABLE
    reason = "CHATWOOT_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("Chatwoot takes no more messages in this conversation for a minute")
        self.retry_after_s = 20.0
        """Seconds until it is worth trying."""
