from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from sdr_dialogue.server import LEAD_DATA, OLD
from sdr_dialogue.store import insights, knowledge, unanswered
from sdr_dialogue.store.postgres import QUERIES

OWN = {**QUERIES, **knowledge.QUERIES, **unanswered.QUERIES, **insights.QUERIES}
ALL = {**OWN, **LEAD_DATA, **OLD}


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_query_can_be_planned_on_the_migrated_schema(planned: Callable[[str], str], name: str) -> None:
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", ALL[name]))
    with psycopg.connect(planned("dialogue"), options="-c search_path=dialogue") as conn:
        plan = conn.execute(f"explain {ALL[name]}".encode(), parameters).fetchall()
    assert plan


@pytest.mark.parametrize("name", sorted(OWN))
def test_each_query_is_short_enough_for_the_driver_to_keep_its_conversion(name: str) -> None:
    # psycopg converts a longer statement's parameters again at every call, which costs half a millisecond.
    assert len(OWN[name]) <= 4096
