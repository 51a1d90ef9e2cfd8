from yoyo import step

from sdr_common import account_settings, event_outbox, idempotency

__depends__ = {"gateway_0001_mailbox"}

steps = [
    step(idempotency.UP_V1, idempotency.DOWN_V1),
    step(account_settings.UP_V1, account_settings.DOWN_V1),
    step(event_outbox.UP_V1, event_outbox.DOWN_V1),
]
