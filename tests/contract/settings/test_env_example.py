"""`.env.example` tells the truth."""

from __future__ import annotations

from tests.support.env_example import FILE, render


def test_every_variable_stands_in_the_example_with_its_default() -> None:
    assert FILE.read_text() == render()
