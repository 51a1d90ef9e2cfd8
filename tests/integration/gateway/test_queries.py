"""Each statement of the gateway's own on the migrated schema."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from sdr_gateway.store.accounts import QUERIES
from sdr_gateway.store.tombstones import LEAD_DATA, OLD

ALL = {**QUERIES, **LEAD_DATA, **OLD}


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_query_can_be_planned_on_the_migrated_schema(planned: Callable[[str], str], name: str) -> None:
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", ALL[name]))
    with psycopg.connect(planned("gateway"), options="-c search_path=gateway") as conn:
        plan = conn.execute(f"explain {ALL[name]}".encode(), parameters).fetchall()
    assert plan
