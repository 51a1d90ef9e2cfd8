"""The panel shows what leads will read: its copies of the product's texts and of its way to fill them never drift."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sdr_common.lead import Temperature
from sdr_routing.domain.wording import CLOSINGS, POLITE_LINES, filled

PANEL = Path(__file__).parents[3] / "panel"
CASES = json.loads((PANEL / "tests" / "pages" / "closing-cases.json").read_text())
"""Templates with what they read as; the panel's own test takes them from the same file."""
_KEYS = {
    Temperature.HOT: "hot",
    Temperature.WARM: "warm",
    Temperature.COLD: "cold",
    Temperature.VERY_COLD: "very_cold",
}


def test_the_panel_shows_the_products_own_texts_where_an_account_has_none() -> None:
    shown = json.loads((PANEL / "src" / "pages" / "agent" / "closings" / "product-texts.json").read_text())
    assert shown["closing"] == {_KEYS[temperature]: text for temperature, text in CLOSINGS.items()}
    assert shown["polite_lines"] == {kind.name.lower(): text for kind, text in POLITE_LINES.items()}


@pytest.mark.parametrize("case", CASES, ids=[case["template"][:30] for case in CASES])
def test_the_panels_preview_reads_as_the_message_will(case: dict[str, Any]) -> None:  # JSON
    assert filled(case["template"], case["known"]) == case["reads"]
