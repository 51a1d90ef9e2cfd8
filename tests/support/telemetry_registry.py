"""docs/telemetry.yaml as objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

FILE = Path(__file__).parents[2] / "docs" / "telemetry.yaml"


@dataclass(frozen=True)
class SpanEntry:
    """What the registry says of a span."""

    kind: str
    description: str
    attributes: tuple[str, ...]
    service: str = ""


@dataclass(frozen=True)
class MetricEntry:
    """What the registry says of a metric."""

    kind: str
    unit: str
    description: str
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Registry:
    """The whole file."""

    spans: dict[str, SpanEntry]
    metrics: dict[str, MetricEntry]
    attributes: dict[str, str]


def registry() -> Registry:
    """Reads the file; an unknown or missing key is an error."""
    return msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), Registry, strict=True)
