"""A browser on the shared stack's panel; skipped, with the reason, where there is no Chromium or no built panel."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.e2e.panel.browser import BUILT, Panel, chromium, launched, person
from tests.e2e.panel.played import qualified
from tests.support.chatwoot import Chatwoot, Phone
from tests.support.stack import RunningStack


def needs_a_browser() -> None:
    """Skips where no browser can show the panel."""
    if not chromium():
        pytest.skip("there is no Chromium on this machine")
    if not BUILT.exists():
        pytest.skip("the panel is not built; make panel")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    needs_a_browser()
    async with launched() as opened:
        yield opened


@pytest.fixture
async def panel(browser: Browser, stack: RunningStack) -> AsyncIterator[Panel]:
    """A manager's browser at a desk; no page may complain on its console."""
    async with person(browser, stack.description["gateway_url"]) as opened:
        yield opened
    assert opened.complaints == []


@pytest.fixture
async def mariana(stack: RunningStack, chatwoot: Chatwoot) -> Phone:
    """A hot lead that the stack qualified."""
    needs_a_browser()
    return await qualified(chatwoot, stack.description["gateway_url"])
