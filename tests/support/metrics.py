"""What a process shows to Prometheus, as plain values to assert on."""

from __future__ import annotations

import asyncio
import urllib.request
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True)
class Scrape:
    """One look at `/metrics`."""

    families: dict[str, str]
    """Names as the exposition declares them, with their type."""
    samples: list[tuple[str, dict[str, str], float]]

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples with this name and at least these labels; 0 without any."""
        return sum(value for found, having, value in self.samples if found == name and labels.items() <= having.items())

    @property
    def names(self) -> set[str]:
        """Every name that a query may use, a histogram's parts included; also where there is no value yet."""
        parts = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}
        return {name + part for name, kind in self.families.items() for part in parts.get(kind, ("",))}


def parse(text: str) -> Scrape:
    """Reads Prometheus's text format."""
    families = list(text_string_to_metric_families(text))
    return Scrape(
        families={family.name: family.type for family in families},
        samples=[(sample.name, sample.labels, sample.value) for family in families for sample in family.samples],
    )


def scrape(url: str) -> Scrape:
    """Looks at a process's metrics."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  (a loopback address)
        return parse(answer.read().decode())


async def scraped(url: str) -> Scrape:
    """As `scrape`, without holding up the loop that may have to answer."""
    return await asyncio.to_thread(scrape, url)
