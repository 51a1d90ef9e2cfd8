"""Signing in, finding one's way, and what every page owes: no axe finding, no word on the console."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.panel.browser import (
    AGENT,
    AXE,
    DESKTOP,
    PHONE,
    Panel,
    findings_in_both_themes,
    person,
    settled,
    sign_in,
)
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


def _at(path: str) -> re.Pattern[str]:
    return re.compile(rf"/panel{re.escape(path)}(\?.*)?$")


async def test_a_person_signs_in_where_they_wanted_to_go_and_out_again(panel: Panel) -> None:
    page = await panel.open("/leads?status=PAUSED")
    await expect(page.get_by_role("heading", name="Entrar")).to_be_visible()
    await sign_in(page, AGENT)
    await expect(page).to_have_url(_at("/leads"))
    assert "status=PAUSED" in page.url
    for name in ("Ajustes", "Simulador", "Relatórios"):
        await expect(page.get_by_role("link", name=name)).to_have_count(0)
    await expect(page.get_by_role("button", name="Baixar CSV")).to_have_count(0)
    await page.get_by_role("button", name="Camila Ribeiro").click()
    await page.get_by_role("button", name="Sair", exact=True).click()
    await expect(page.get_by_role("heading", name="Entrar")).to_be_visible()


async def test_a_wrong_password_says_so_and_keeps_the_address(browser: Browser, stack: RunningStack) -> None:
    async with person(browser, stack.description["gateway_url"]) as panel:
        page = await panel.open()
        await sign_in(page, ("ninguem@clinica.test", "errada"))
        await expect(page.get_by_role("alert")).to_contain_text("E-mail ou senha não conferem")
        await expect(page.get_by_label("E-mail")).to_have_value("ninguem@clinica.test")


async def test_a_session_that_ends_leads_to_the_sign_in_and_back(browser: Browser, stack: RunningStack) -> None:
    async with person(browser, stack.description["gateway_url"]) as panel:
        page = await panel.signed_in("/leads", AGENT)
        await settled(page)
        await panel.context.clear_cookies()
        await page.get_by_label("Temperatura").select_option("HOT")
        await expect(page.get_by_text("Sua sessão terminou")).to_be_visible()
        await sign_in(page, AGENT)
        await expect(page).to_have_url(_at("/leads"))
        await expect(page.get_by_label("Temperatura")).to_have_value("HOT")


async def test_the_keyboard_reaches_everything_and_themes_and_languages_change_at_once(panel: Panel) -> None:
    page = await panel.signed_in()
    await settled(page)
    await page.keyboard.press("Control+k")
    await page.get_by_role("searchbox").fill("leads")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(_at("/leads"))
    await expect(page.locator("#page-title")).to_be_focused()
    await page.get_by_role("button", name="Administração").click()
    await page.get_by_label("Tema").select_option("dark")
    await expect(page.locator("html")).to_have_class(re.compile("dark"))
    await page.get_by_label("Idioma").select_option("es")
    await expect(page.get_by_label("Idioma")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await page.keyboard.press("Escape")
    await expect(page.get_by_placeholder("Buscar por nombre, teléfono o procedimiento")).to_be_visible()


async def test_a_lost_network_is_told_and_what_is_on_the_screen_stays(browser: Browser, stack: RunningStack) -> None:
    async with person(browser, stack.description["gateway_url"]) as panel:
        page = await panel.signed_in()
        await settled(page)
        await panel.context.set_offline(True)
        await expect(page.get_by_text("Sem internet")).to_be_visible()
        await expect(page.get_by_role("term").filter(has_text="Leads novos")).to_be_visible()
        await panel.context.set_offline(False)
        await expect(page.get_by_text("Sem internet")).to_be_hidden()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_nothing_on_any_page_in_either_theme(
    browser: Browser, stack: RunningStack, size: tuple[int, int]
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed; make panel")
    findings: list[str] = []
    async with person(browser, stack.description["gateway_url"], size, bypass_csp=True) as panel:
        page = await panel.open()
        await page.get_by_label("E-mail").wait_for()
        findings += await findings_in_both_themes(page, "entrar")
        page = await panel.signed_in()
        await settled(page)
        for path in await _pages(page):
            await page.goto(f"{panel.url}{path}", wait_until="domcontentloaded")
            await settled(page)
            findings += await findings_in_both_themes(page, path)
    assert findings == []


async def _pages(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "() => [...new Set([...document.querySelectorAll('nav a[href]')].map((a) => a.getAttribute('href')))]"
    )
    assert "/panel/" in found
    return found
