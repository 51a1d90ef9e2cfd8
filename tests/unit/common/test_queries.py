"""The reader of named statements."""

from __future__ import annotations

import pytest

from sdr_common.postgres import Queries

TWO = """
A preface that belongs to no statement.

-- find_lead --
-- One lead, by its key.
select 1 as one
-- where the comment inside stays
where %(id)s = 2

-- forget_lead --
-- Gone.
delete from lead
"""


def test_each_statement_has_its_name_description_and_text() -> None:
    queries = Queries.parse(TWO)
    assert dict(queries) == {
        "find_lead": "-- One lead, by its key.\nselect 1 as one\n-- where the comment inside stays\nwhere %(id)s = 2",
        "forget_lead": "-- Gone.\ndelete from lead",
    }


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="query find stands twice"):
        Queries.parse("-- find --\nselect 1\n-- find --\nselect 2\n")


def test_an_unknown_name_fails_at_its_use() -> None:
    with pytest.raises(KeyError):
        Queries.parse(TWO)["find_leads"]


@pytest.mark.parametrize(
    "text", ["", "select 1", "-- Find --\nselect 1", " -- find --\nselect 1", "-- find -- select 1"]
)
def test_what_is_no_header_names_no_statement(text: str) -> None:
    assert Queries.parse(text) == {}


def test_spaces_after_a_header_do_no_harm() -> None:
    assert Queries.parse("-- find --  \nselect 1\n") == {"find": "select 1"}


def test_statements_are_read_from_a_package() -> None:
    assert "insert into mailbox_entry" in Queries.load("sdr_common.mailbox")["ingest"]
