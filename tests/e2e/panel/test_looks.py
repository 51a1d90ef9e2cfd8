"""axe finds nothing on what a page of the navigation shows only after a click: leads, tabs, dialogs, sheets."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.e2e.panel.browser import (
    AXE,
    DESKTOP,
    PHONE,
    Panel,
    findings_in_both_themes,
    person,
    settled,
)
from tests.e2e.panel.lead_pages import LeadPage, LeadsPage, SimulatorPage
from tests.e2e.panel.played import NAME
from tests.support.chatwoot import Phone
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.thorough]

TABS = (
    *(f"/ajustes?aba={tab}" for tab in ("clinic", "budget", "privacy", "access", "audit")),
    "/ajustes/alertas",
    "/relatorios/envios",
    "/conhecimento?aba=unanswered",
    "/conhecimento?aba=search&q=quanto+custa+o+botox",
    "/entregas?aba=turns",
    "/simulador?aba=cases",
)
"""Pages that have an address and stand in no navigation."""
DIALOGS = (
    ("/ajustes?aba=access", "Criar token"),
    ("/relatorios/envios", "Novo envio"),
    ("/conhecimento", "Escrever pergunta e resposta"),
)
"""A page, and the button that opens a dialog on it."""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_nothing_behind_a_click(
    browser: Browser, stack: RunningStack, size: tuple[int, int], mariana: Phone
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed; make panel")
    findings: list[str] = []
    async with person(browser, stack.description["gateway_url"], size, bypass_csp=True) as panel:
        findings += await _of_a_lead(panel, mariana)
        page = await panel.signed_in()
        for path in TABS:
            await _go(panel, page, path)
            findings += await findings_in_both_themes(page, path)
        for path, button in DIALOGS:
            await _go(panel, page, path)
            await page.get_by_role("button", name=button).first.click()
            await page.get_by_role("dialog").wait_for()
            findings += await findings_in_both_themes(page, f"{path}, {button}")
        await _go(panel, page, f"/leads/{mariana.contact_id}?embed=1")
        findings += await findings_in_both_themes(page, "inside Chatwoot")
    assert findings == []


async def _go(panel: Panel, page: Page, path: str) -> None:
    await page.goto(f"{panel.url}/panel{path}", wait_until="domcontentloaded")
    await settled(page)


async def _of_a_lead(panel: Panel, mariana: Phone) -> list[str]:
    lead = await LeadPage.opened(panel, mariana.contact_id)
    found = await findings_in_both_themes(lead.page, "lead")
    for tab in ("Por que o robô (não) respondeu", "Entregas"):
        await lead.tab(tab)
        await settled(lead.page)
        found += await findings_in_both_themes(lead.page, f"lead, {tab}")
    await lead.press("É mais frio")
    await lead.page.get_by_role("dialog").wait_for()
    found += await findings_in_both_themes(lead.page, "lead, feedback")
    leads = await LeadsPage.opened(panel, "?q=mariana+prado&temperature=HOT")
    await leads.tick(NAME)
    await leads.page.get_by_role("button", name="Perdidos").click()
    await leads.page.get_by_role("dialog").wait_for()
    found += await findings_in_both_themes(leads.page, "leads, many at once")
    simulator = await SimulatorPage.opened(panel)
    await simulator.say("Quanto custa o botox?")
    return found + await findings_in_both_themes(simulator.page, "simulator, answered")
