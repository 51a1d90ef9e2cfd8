"""Reads recorded Chatwoot bodies and compares shapes: key sets and types, not values."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FREE_FORM = frozenset(
    {"custom_attributes", "additional_attributes", "content_attributes", "previous_value", "current_value"}
)
"""Objects whose keys belong to whoever fills them."""


def payload_folder() -> Path:
    """The folder of recorded bodies; skips the test if there is none."""
    return _existing("CHATWOOT_PAYLOADS", "a folder of recorded Chatwoot bodies")


def openapi_file() -> Path:
    """Chatwoot's own OpenAPI document; skips the test if there is none."""
    return _existing("CHATWOOT_OPENAPI", "Chatwoot's own OpenAPI document")


def _existing(variable: str, meaning: str) -> Path:
    value = os.environ.get(variable, "")
    if not value or not Path(value).exists():
        pytest.skip(f"{variable} does not name {meaning}")
    return Path(value)


def recorded(name: str) -> Any:
    """A recorded body by file name."""
    return json.loads((payload_folder() / name).read_text("utf-8"))


def differences(expected: Any, actual: Any, path: str = "$") -> list[str]:
    """Where two bodies differ in keys or types.

    A null on either side fits any type, and of lists only the first elements are compared: both say nothing about the
    shape.
    """
    if expected is None or actual is None:
        return []
    if type(expected) is not type(actual):
        return [f"{path}: {type(actual).__name__} instead of {type(expected).__name__}"]
    if isinstance(expected, dict):
        if path.rpartition(".")[2] in FREE_FORM:
            return []
        missing, extra = expected.keys() - actual.keys(), actual.keys() - expected.keys()
        found = [f"{path}: {key} is missing" for key in sorted(missing)]
        found += [f"{path}: {key} is too much" for key in sorted(extra)]
        for key in sorted(expected.keys() & actual.keys()):
            found += differences(expected[key], actual[key], f"{path}.{key}")
        return found
    if isinstance(expected, list) and expected and actual:
        return differences(expected[0], actual[0], f"{path}[0]")
    return []
