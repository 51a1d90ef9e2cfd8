"""Versions of the account's rubric, and a way to the leads that were judged last."""

from yoyo import step

from sdr_common import part_versions

__depends__ = {"scoring_0003_audit"}

steps = [
    step(part_versions.UP_V1, part_versions.DOWN_V1),
    step(
        "create index qualification_of_account on qualification (account_id, qualified_at desc)",
        "drop index qualification_of_account",
    ),
]
