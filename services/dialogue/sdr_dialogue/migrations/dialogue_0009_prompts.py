"""Versions of the account's prompt, and its test cases."""

from yoyo import step

from sdr_common import part_versions

__depends__ = {"dialogue_0008_memory"}

steps = [
    step(part_versions.UP_V1, part_versions.DOWN_V1),
    step(
        """
        create table test_case (
          case_id bigint generated always as identity constraint test_case_pk primary key,
          account_id bigint not null,
          content jsonb not null,
          created_by text not null,
          created_at timestamptz not null default clock_timestamp(),
          latest jsonb
        );
        create index test_case_of_account on test_case (account_id, case_id)
        """,
        "drop table test_case",
    ),
]
