"""A manager reads the day, finds a lead, understands its score, says what became of it, and takes the list away."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.panel.browser import PHONE, Panel, person, settled
from tests.e2e.panel.lead_pages import LeadPage, LeadsPage
from tests.e2e.panel.played import NAME
from tests.support.chatwoot import Phone
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def test_the_painel_shows_its_figures_periods_and_hot_leads(panel: Panel, mariana: Phone) -> None:
    page = await panel.signed_in()
    await settled(page)
    await expect(page.get_by_text("Ao vivo")).to_be_visible()
    for period in ("week", "month"):
        await page.get_by_role("radio", name={"week": "Semana", "month": "Mês"}[period]).check(force=True)
        await expect(page).to_have_url(re.compile(f"period={period}"))
    for chart in ("Leads por dia", "Leads por temperatura", "Leads por hora"):
        await expect(page.get_by_role("img", name=chart)).to_be_attached()
    hot = page.locator("section.card").filter(has=page.get_by_role("heading", name="Quentes chegando agora"))
    await hot.get_by_role("link", name=NAME).click()
    await expect(page).to_have_url(re.compile(rf"/leads/{mariana.contact_id}$"))
    await page.go_back()
    await hot.get_by_role("link", name="Ver todos").click()
    await expect(page).to_have_url(re.compile("temperature=HOT"))


async def test_leads_are_searched_filtered_downloaded_and_opened(panel: Panel, mariana: Phone) -> None:
    leads = await LeadsPage.opened(panel)
    await leads.search("mariana prado")
    await expect(leads.page).to_have_url(re.compile(r"q=mariana"))
    await expect(leads.lead(NAME)).to_be_visible()
    await leads.choose("Temperatura", "HOT")
    await leads.choose("Situação", "QUALIFIED")
    await leads.choose("Ordem", "SCORE")
    await leads.choose("Venda", "OPEN")
    await expect(leads.page).to_have_url(re.compile("temperature=HOT&status=QUALIFIED&sort=SCORE&outcome=OPEN"))
    await expect(leads.lead(NAME)).to_be_visible()
    assert NAME in (await leads.download("Baixar CSV com estes filtros")).read_text("utf-8-sig")
    assert (await leads.download("Baixar Excel com estes filtros")).read_bytes()[:2] == b"PK"
    await leads.choose("Temperatura", "VERY_COLD")
    await leads.page.get_by_role("button", name="Limpar filtros").click()
    await expect(leads.page).to_have_url(re.compile(r"/panel/leads\?sort=SCORE$"))
    await leads.lead(NAME).get_by_role("link", name=NAME).click()
    await expect(leads.page).to_have_url(re.compile(rf"/leads/{mariana.contact_id}$"))


@pytest.mark.usefixtures("mariana")
async def test_one_deed_is_done_to_all_chosen_leads(panel: Panel) -> None:
    leads = await LeadsPage.opened(panel, "?q=mariana+prado")
    await leads.tick(NAME)
    await leads.do("Ganhos")
    await expect(leads.lead(NAME)).to_contain_text("Ganho")
    await leads.tick(NAME)
    await leads.do("Perdidos")
    await expect(leads.lead(NAME)).to_contain_text("Perdido")
    await leads.page.get_by_label("Escolher todos desta página").check()
    assert NAME in (await leads.download("Exportar CSV")).read_text("utf-8-sig")
    await leads.do("Devolver ao robô")


async def test_a_lead_page_explains_its_score_and_takes_a_persons_word(panel: Panel, mariana: Phone) -> None:
    lead = await LeadPage.opened(panel, mariana.contact_id)
    await expect(lead.card("O que se sabe")).to_contain_text("Moema")
    score = lead.card("Pontuação")
    await expect(score).to_contain_text("/ 130")
    await expect(score.locator("blockquote").first).to_be_visible()
    await expect(await lead.tab("Conversa")).to_contain_text("queria saber do botox")
    await expect(await lead.tab("Por que o robô (não) respondeu")).to_contain_text("Turno")
    await expect(await lead.tab("Entregas")).to_contain_text("Nota privada")
    await lead.press("É mais frio")
    await lead.page.get_by_role("dialog").get_by_role("textbox").fill("já fechou com outra clínica")
    await lead.press("Enviar")
    await expect(score).to_contain_text("já fechou com outra clínica")
    await lead.press("Está certa")
    await lead.says("Obrigado, anotado.")
    won = lead.page.get_by_role("button", name="Ganho", exact=True)
    await won.click()
    await expect(won).to_have_attribute("aria-pressed", "true")
    await won.click()
    await expect(won).to_have_attribute("aria-pressed", "false")
    link = lead.page.get_by_role("link", name="Abrir no Chatwoot")
    assert (await link.get_attribute("href") or "").endswith(f"/app/accounts/1/conversations/{mariana.conversation_id}")
    await lead.page.get_by_role("link", name="Voltar aos leads").click()
    await expect(lead.page).to_have_url(re.compile("/panel/leads$"))


async def test_the_tab_inside_chatwoot_shows_the_lead_without_the_navigation(panel: Panel, mariana: Phone) -> None:
    lead = await LeadPage.opened(panel, mariana.contact_id, "?embed=1")
    await expect(lead.page.get_by_role("link", name="Painel")).to_have_count(0)
    await expect(lead.page.get_by_role("tab", name="Conversa")).to_have_count(0)
    await expect(lead.card("Pontuação")).to_be_visible()
    door = await panel.signed_in("/conversa?embed=1")
    await expect(door.get_by_text("Abra uma conversa no Chatwoot")).to_be_visible()
    await door.get_by_role("button", name="Tentar de novo").click()
    await expect(door.get_by_role("link", name="Ver todos os leads")).to_be_visible()


async def test_leads_are_found_and_read_on_a_phone(browser: Browser, stack: RunningStack, mariana: Phone) -> None:
    async with person(browser, stack.description["gateway_url"], PHONE) as phone:
        leads = await LeadsPage.opened(phone)
        await leads.page.get_by_role("button", name="Filtros", exact=True).click()
        await leads.choose("Temperatura", "HOT")
        await leads.search("mariana prado")
        await leads.tick(NAME)
        await expect(leads.page.get_by_text("1 escolhidos")).to_be_visible()
        await leads.lead(NAME).get_by_role("link").click()
        await expect(leads.page).to_have_url(re.compile(rf"/leads/{mariana.contact_id}$"))
        lead = LeadPage(leads.page)
        await expect(lead.card("Pontuação")).to_be_visible()
        await lead.tab("Entregas")
        widths = await leads.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1]
        assert phone.complaints == []
