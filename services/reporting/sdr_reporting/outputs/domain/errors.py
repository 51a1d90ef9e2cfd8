"""What can be wrong with schedules, sendings and alerts."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind


class SecretsUnavailable(DomainError):
    """A secret was given and cannot be kept."""

    kind = ErrorKind.PRECONDITION
    reason = "SECRETS_UNAVAILABLE"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}: a secret cannot be kept; give reporting the variable SDR_SECRET_KEY", field=field)


class ScheduleNotFound(DomainError):
    """No such schedule."""

    kind = ErrorKind.NOT_FOUND
    reason = "SCHEDULE_NOT_FOUND"

    def __init__(self, schedule_id: str) -> None:
        super().__init__(f"schedule {schedule_id} is not one of this account's", schedule_id=schedule_id)


class SendingNotFound(DomainError):
    """No such sending."""

    kind = ErrorKind.NOT_FOUND
    reason = "SENDING_NOT_FOUND"

    def __init__(self, sending_id: str) -> None:
        super().__init__(f"sending {sending_id} is not one of this account's", sending_id=sending_id)


class SendingNotFailed(DomainError):
    """It is on its way, or arrived."""

    kind = ErrorKind.PRECONDITION
    reason = "SENDING_NOT_FAILED"

    def __init__(self, sending_id: str, state: str) -> None:
        super().__init__(
            f"sending {sending_id} is {state}; only one that failed or is uncertain can be retried",
            sending_id=sending_id,
            state=state,
        )


class AlertNotFound(DomainError):
    """No such alert."""

    kind = ErrorKind.NOT_FOUND
    reason = "ALERT_NOT_FOUND"

    def __init__(self, alert_id: str) -> None:
        super().__init__(f"alert {alert_id} is not one of this account's", alert_id=alert_id)
