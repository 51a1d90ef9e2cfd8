from yoyo import step

from sdr_common import audit, idempotency

__depends__ = {"reporting_0002_projections"}

steps = [
    step(audit.UP_V1, audit.DOWN_V1),
    step(idempotency.UP_V2, idempotency.DOWN_V2),
    step("create sequence anonymous_lead", "drop sequence anonymous_lead"),
]
