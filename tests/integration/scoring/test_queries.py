from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from sdr_scoring.server import LEAD_DATA
from sdr_scoring.store.feedback import QUERIES as FEEDBACK
from sdr_scoring.store.postgres import QUERIES

ALL = {**QUERIES, **FEEDBACK, **LEAD_DATA}


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_query_can_be_planned_on_the_migrated_schema(planned: Callable[[str], str], name: str) -> None:
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", ALL[name]))
    with psycopg.connect(planned("scoring"), options="-c search_path=scoring") as conn:
        plan = conn.execute(f"explain {ALL[name]}".encode(), parameters).fetchall()
    assert plan
