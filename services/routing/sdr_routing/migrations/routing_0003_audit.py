from yoyo import step

from sdr_common import audit, idempotency

__depends__ = {"routing_0002_delivery"}

steps = [
    step(audit.UP_V1, audit.DOWN_V1),
    step(idempotency.UP_V2, idempotency.DOWN_V2),
]
