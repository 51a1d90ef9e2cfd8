"""The tables that every service keeps for itself, and the mailbox of deliveries."""

from yoyo import step

from sdr_common import account_settings, event_outbox, idempotency
from sdr_common.mailbox import schema as mailbox

steps = [
    step("set local lock_timeout = '5s'"),
    step(idempotency.UP_V1, idempotency.DOWN_V1),
    step(account_settings.UP_V1, account_settings.DOWN_V1),
    step(event_outbox.UP_V1, event_outbox.DOWN_V1),
    step(mailbox.UP_V1, mailbox.DOWN_V1),
]
