"""The tables that every service keeps for itself: answers by request id and settings."""

from yoyo import step

from sdr_common import account_settings, idempotency

steps = [
    step("set local lock_timeout = '5s'"),
    step(idempotency.UP_V1, idempotency.DOWN_V1),
    step(account_settings.UP_V1, account_settings.DOWN_V1),
]
