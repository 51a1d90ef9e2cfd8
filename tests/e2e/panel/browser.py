"""The panel as a person has it: a browser, signed in or not, that keeps what pages complain about."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, async_playwright

ROOT = Path(__file__).parents[3]
BUILT = ROOT / "services" / "gateway" / "sdr_gateway" / "panel_dist" / "index.html"
AXE = ROOT / "panel" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 20_000
"""Longer than anything takes on a machine that does other things besides."""
DESKTOP = (1280, 860)
PHONE = (390, 844)
ADMINISTRATOR = ("admin@clinica.test", "sandbox123!")
AGENT = ("camila@clinica.test", "sandbox123!")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str:
    """Where Chromium is; empty: nowhere."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
    )


_SESSIONS: dict[tuple[str, str], str] = {}
"""By gateway and e-mail: the cookie that one sign-in gave, for all tests of a process."""


@dataclass
class Panel:
    """One person's browser on the panel."""

    context: BrowserContext
    url: str
    """Of the gateway."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, broken policies among them."""

    async def open(self, path: str = "/") -> Page:
        """A page of the panel, in a tab of its own; `path` as in `src/routes.ts`."""
        page = await self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", self._threw)
        # Never "networkidle": the live stream does not end.
        await page.goto(f"{self.url}/panel{path}", wait_until="domcontentloaded")
        return page

    async def signed_in(self, path: str = "/", who: tuple[str, str] = ADMINISTRATOR) -> Page:
        """A page of somebody who is signed in; not by the form, because five sign-ins lock a person out for a while."""
        await self.become(who)
        return await self.open(path)

    async def become(self, who: tuple[str, str] = ADMINISTRATOR) -> None:
        """Signs somebody in without opening a page."""
        secret = _SESSIONS.get((self.url, who[0]))
        if secret is None:
            given = {"email": who[0], "password": who[1]}
            answer = await self.context.request.post(f"{self.url}/api/v1/session", data=given)
            assert answer.ok, await answer.text()
            kept = {each["name"]: each["value"] for each in await self.context.cookies()}
            _SESSIONS[self.url, who[0]] = kept["sdr_session"]
        else:
            await self.context.add_cookies(
                [{"name": "sdr_session", "value": secret, "url": self.url, "httpOnly": True}]
            )
        await self.context.add_init_script("localStorage.setItem('sdr.signed-in', '1')")

    def _heard(self, message: ConsoleMessage) -> None:
        # A live stream that ends is told by the page's badge; browsers write every dropped link here.
        if message.type in ("error", "warning") and not message.location.get("url", "").endswith("/stream"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _threw(self, error: Error) -> None:
        self.complaints.append(str(error))


async def sign_in(page: Page, who: tuple[str, str] = ADMINISTRATOR) -> None:
    """Fills the sign-in form in and sends it."""
    await page.get_by_label("E-mail").fill(who[0])
    await page.get_by_label("Senha").fill(who[1])
    await page.get_by_role("button", name="Entrar", exact=True).click()


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def person(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, *, dark: bool = False, bypass_csp: bool = False
) -> AsyncIterator[Panel]:
    """A browser context of its own: cookies, storage, screen.

    Args:
        browser: Chromium.
        url: Of the gateway.
        size: Of the screen in CSS pixels.
        dark: Whether the system's theme is dark.
        bypass_csp: Lets axe in; only for looking at pages, never for using them.
    """
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
        bypass_csp=bypass_csp,
        reduced_motion="reduce",
    )
    yield Panel(context, url)
    await context.close()


async def axe_findings(page: Page) -> list[str]:
    """What axe-core finds on a page as it is now: rule, and where."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = await page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations", AXE_TAGS
    )
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


async def settled(page: Page) -> None:
    """Waits until a page shows its title and no skeleton."""
    await page.locator("#page-title").first.wait_for()
    await page.locator("main .animate-pulse").first.wait_for(state="hidden")


_WEARS = """async (dark) => {
  if (document.documentElement.classList.contains("dark") !== dark) return false;
  await Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)));
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  return true;
}"""
"""Whether a page has put on the other theme, down to the last colour that fades over."""


async def findings_in_both_themes(page: Page, name: str) -> list[str]:
    """What axe-core finds on a page as it is now, by day and by night."""
    found = []
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        await page.wait_for_function(_WEARS, arg=theme == "dark")
        found += [f"{name}, {theme}: {finding}" for finding in await axe_findings(page)]
    return found
