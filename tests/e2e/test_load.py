"""`make load` in small: it passes on the product as it is, and says so when the model is too slow."""

from __future__ import annotations

import pytest

from tests.load import report
from tests.load.model import Load
from tests.load.play import run
from tests.load.verdict import judge

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SHORT = Load(1000, seconds=20.0, least=12)


def test_a_small_day_keeps_every_service_level() -> None:
    result = run(SHORT)
    assert [line.name for line in judge(result.measured) if not line.kept] == [], report.table(result)


def test_a_model_that_takes_twelve_seconds_is_no_service_level() -> None:
    result = run(SHORT, SDR_FAKE_LLM_LATENCY_MS="12000")
    missed = [line.name for line in judge(result.measured) if not line.kept]
    assert "answered within 10 s" in missed, report.table(result)
