"""What the chart lets KEDA ask Postgres is a question that the migrated schema answers with one number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import yaml

VALUES = Path(__file__).parents[3] / "charts" / "sdr" / "values.yaml"
QUERIES = {
    name: trigger["metadata"]["query"]
    for name, component in yaml.safe_load(VALUES.read_text())["components"].items()
    for trigger in component.get("autoscaling", {}).get("keda", {}).get("triggers", [])
}


def test_both_workers_bring_a_question() -> None:
    assert set(QUERIES) == {"gateway-worker", "routing-worker"}


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_scaler_s_question_has_one_number_as_its_answer(planned: Callable[[str], str], name: str) -> None:
    with psycopg.connect(planned(name.removesuffix("-worker"))) as conn:
        assert conn.execute(QUERIES[name].encode()).fetchall() == [(0,)]
