"""What a lead does shows at once on panels that are open on different replicas."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page

from tests.e2e.conftest import QUICK, connect
from tests.e2e.panel.browser import Panel, person, settled
from tests.e2e.panel.conftest import needs_a_browser
from tests.e2e.panel.played import NAME, play
from tests.support.stack import RunningStack, running_stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.thorough]


@pytest.fixture(scope="module")
def replicas() -> Iterator[RunningStack]:
    """Two replicas of everything."""
    needs_a_browser()
    with running_stack(**QUICK, SDR_REPLICAS="2") as running:
        yield running


async def test_a_lead_shows_on_the_open_painel_of_every_replica(
    browser: Browser, replicas: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    doors = [f"http://127.0.0.1:{port}" for name, port in _gateways(replicas)]
    assert len(doors) == 2
    async with (
        person(browser, doors[0]) as one,
        person(browser, doors[1]) as other,
        connect(replicas).listening() as chatwoot,
    ):
        pages = [await _painel(panel) for panel in (one, other)]
        seen = [asyncio.create_task(_seen(page)) for page in pages]
        phone = await play(chatwoot)
        ended = time.monotonic()
        shown = await asyncio.gather(*seen)
        with capsys.disabled():
            late = ", ".join(f"{max(0.0, at - ended):.2f} s" for at in shown)
            print(f"\non the open Painel after Chatwoot held lead {phone.contact_id}: {late}")  # noqa: T201  (a figure for people)
        assert one.complaints + other.complaints == []


def _gateways(stack: RunningStack) -> list[tuple[str, int]]:
    return [(name, port) for name, port in stack.description["probes"].items() if name.startswith("gateway")]


async def _painel(panel: Panel) -> Page:
    page = await panel.signed_in()
    await settled(page)
    await page.get_by_text("Ao vivo").wait_for()
    return page


async def _seen(page: Page) -> float:
    """When the lead stood among the hot ones; nobody reloads the page."""
    await page.get_by_role("link", name=NAME).wait_for(timeout=60_000)
    return time.monotonic()
