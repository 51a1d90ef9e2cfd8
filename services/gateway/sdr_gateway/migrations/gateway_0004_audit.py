from yoyo import step

from sdr_common import audit, idempotency

__depends__ = {"gateway_0003_account"}

steps = [
    step(audit.UP_V1, audit.DOWN_V1),
    step(idempotency.UP_V2, idempotency.DOWN_V2),
]
