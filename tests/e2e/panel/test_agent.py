"""A manager shapes the assistant: its words, what a lead is worth, what it reads at the end, and the clinic's hours."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.panel.agent_pages import AgentPage
from tests.e2e.panel.browser import AXE, PHONE, Panel, axe_findings, person
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
MINE = "Direta, gentil e objetiva."


async def test_a_persona_is_drafted_compared_tried_published_and_taken_back(panel: Panel) -> None:
    agent = await AgentPage.opened(panel)
    before = await agent.persona.input_value()
    await agent.persona.fill(MINE)
    await agent.tab("Horários")
    await agent.answer("Cancelar")
    await expect(agent.persona).to_have_value(MINE)
    await agent.press("Guardar rascunho")
    await expect(agent.page).to_have_url(re.compile(r"versao=\d+"))
    number = int(agent.page.url.rsplit("versao=", 1)[1])
    await agent.version(number).get_by_role("button", name="Comparar").click()
    dialog = agent.page.get_by_role("dialog")
    await expect(dialog.locator("del")).to_have_text(before)
    await expect(dialog.locator("ins")).to_have_text(MINE)
    await agent.answer("Fechar")
    await agent.press("Experimentar")
    await agent.page.get_by_label("Mensagem do lead").fill("Oi, quero botox")
    await agent.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("log").locator("button[aria-pressed]")).to_have_count(1)
    await agent.answer("Fechar")
    await agent.press("Publicar")
    await agent.says(f"Versão {number} publicada")
    await expect(agent.version(number)).to_contain_text("Publicada")
    await agent.press("Desfazer publicação")
    await agent.answer("Desfazer publicação")
    await expect(agent.persona).to_have_value(before)


async def test_criteria_show_their_effect_before_anybody_publishes_them(panel: Panel) -> None:
    agent = await AgentPage.opened(panel, "criteria")
    await agent.hot_from.fill("40")
    await agent.says("Precisa ser menor que 40.")
    await expect(agent.page.get_by_role("button", name="Publicar", exact=True)).to_be_disabled()
    await agent.hot_from.fill("100")
    await agent.says("Publicado: 90")
    await agent.press("Ver o efeito")
    await expect(agent.page.get_by_role("heading", name="Efeito nos leads passados")).to_be_visible()
    await agent.press("Descartar")
    await expect(agent.hot_from).to_have_value("90")


async def test_two_people_change_the_hours_and_neither_loses_a_word(panel: Panel) -> None:
    mine = await AgentPage.opened(panel, "hours")
    theirs = await AgentPage.opened(panel, "hours")
    await mine.day("domingo").get_by_role("button", name="Abrir neste dia").click()
    await theirs.page.get_by_role("switch", name="Silêncio fora do horário").click()
    await theirs.save()
    await mine.press("Salvar")
    await mine.says("Juntamos as duas versões")
    await mine.save()
    again = await AgentPage.opened(panel, "hours")
    await expect(again.day("domingo").get_by_label("Abre, domingo")).to_have_value("09:00")
    silence = again.page.get_by_role("switch", name="Silêncio fora do horário")
    await expect(silence).to_have_attribute("aria-checked", "true")
    await again.day("domingo").get_by_role("button", name="Tirar período").click()
    await silence.click()
    await again.save()
    # The browser complains of the refusal that was meant.
    panel.complaints[:] = [each for each in panel.complaints if "409" not in each]


async def test_a_closing_is_previewed_as_its_lead_reads_it_and_a_wrong_placeholder_is_refused(panel: Panel) -> None:
    agent = await AgentPage.opened(panel, "closings")
    await agent.hot_closing.fill("Oi, {nome}! Custa {preço}.")
    await agent.says("{preço} não existe.")
    await expect(agent.page.get_by_role("button", name="Salvar", exact=True)).to_be_disabled()
    await agent.hot_closing.fill("Até já, {nome}! {closer} te chama.")
    await agent.says("Até já, Mariana! Camila Ribeiro te chama.")
    await agent.save()
    await agent.hot_closing.fill("")
    await agent.save()


async def test_teams_and_closers_are_chosen_by_name(panel: Panel) -> None:
    agent = await AgentPage.opened(panel, "teams")
    await agent.press("Adicionar regra")
    await agent.says("Escolha um time.")
    await agent.page.get_by_label("Regra 3: time").select_option(label="comercial")
    await agent.page.get_by_label("Como o closer é escolhido").select_option(label="Um de cada vez")
    await agent.save()
    await agent.press("Excluir a regra 3")
    await agent.page.get_by_label("Como o closer é escolhido").select_option(label="Só o time")
    await agent.save()


async def test_axe_finds_nothing_on_any_tab_on_a_phone(browser: Browser, stack: RunningStack) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed; make panel")
    async with person(browser, stack.description["gateway_url"], PHONE, dark=True, bypass_csp=True) as panel:
        agent = await AgentPage.opened(panel)
        for tab in ("Persona e prompt", "Critérios", "Equipes e closers", "Mensagens finais", "Horários"):
            await agent.tab(tab)
            await agent.page.locator("main form").first.wait_for()
            assert await axe_findings(agent.page) == [], tab
