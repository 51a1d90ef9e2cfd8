"""Takes the panel's pictures from a running stack: `make screenshots`, with `make run` beside it and some leads played.

`python -m tests.support.panel_pictures DATA_DIR` needs Chromium and the built panel.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.e2e.panel.browser import DESKTOP, PHONE, Panel, launched, person, settled

IMAGES = Path(__file__).parents[2] / "docs" / "images"
QUIET_MS = 1_500
"""Charts come when the page is idle, and a picture has no event to wait for."""


async def _take(panel: Panel, path: str, name: str) -> None:
    page = await panel.signed_in(path)
    await settled(page)
    await page.wait_for_timeout(QUIET_MS)
    await page.screenshot(path=IMAGES / f"{name}.png")
    await page.close()


async def _hottest(panel: Panel) -> str:
    """The page of the lead with the highest score."""
    await (await panel.signed_in("/leads")).close()
    answer = await panel.context.request.get(f"{panel.url}/api/v1/accounts/1/leads?sort=LEAD_SORT_SCORE&page_size=1")
    leads = (await answer.json())["leads"]
    if not leads:
        raise SystemExit("there are no leads to show yet; play some on the phone page first")
    return f"/leads/{leads[0]['contact_id']}"


async def take(data_dir: Path) -> None:
    """Saves the Painel by day, a lead by night, and the Painel on a phone."""
    url = json.loads((data_dir / "stack.json").read_text())["gateway_url"]
    async with launched() as browser:
        async with person(browser, url, DESKTOP) as panel:
            await _take(panel, "/", "painel")
        async with person(browser, url, DESKTOP, dark=True) as panel:
            await _take(panel, await _hottest(panel), "painel-lead")
        async with person(browser, url, PHONE, dark=True) as panel:
            await _take(panel, "/leads", "painel-telefone")


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
