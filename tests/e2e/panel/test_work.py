"""A manager tries the assistant, fills its knowledge, mends what did not arrive, and sets the clinic up."""

from __future__ import annotations

import re

import psycopg
import pytest
from playwright.async_api import Browser, expect

from tests.e2e.panel.browser import PHONE, Panel, person
from tests.e2e.panel.lead_pages import KnowledgePage, SimulatorPage
from tests.e2e.panel.settings_pages import DeliveriesPage, SettingsPage
from tests.support.chatwoot import Phone
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
_REFUSED = """
with latest as (
  select delivery_id from routing.delivery where conversation_id = %s order by seq desc limit 1
), refused as (
  update routing.delivery set state = 'dead' where delivery_id = (select delivery_id from latest)
)
update routing.delivery_write set state = 'dead', detail = 'o Chatwoot recusou'
where delivery_id = (select delivery_id from latest)
  and position = (select max(position) from routing.delivery_write where delivery_id = (select delivery_id from latest))
"""


async def test_a_conversation_is_simulated_looked_behind_and_kept_as_a_test_case(panel: Panel) -> None:
    simulator = await SimulatorPage.opened(panel)
    page = simulator.page
    await page.locator("summary").filter(has_text="Como simular").click()
    await page.get_by_label("Quem responde").select_option("scripted")
    await page.get_by_label("Nome no perfil").fill("Paula")
    await page.get_by_label("Data e hora simuladas").fill("2026-03-02T10:00")
    await page.get_by_role("button", name="Oi, queria saber do botox").click()
    await expect(simulator.answers).to_have_count(1)
    await simulator.say("Paula, semana que vem")
    await simulator.answers.first.click()
    await expect(page.get_by_role("complementary", name="Por trás da resposta")).to_contain_text("Motor de roteiro")
    await page.get_by_role("button", name="Salvar como caso de teste").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Nome do caso").fill("Paula quer botox")
    await dialog.get_by_role("checkbox").first.uncheck()
    await dialog.get_by_role("button", name="Salvar como caso de teste").click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("button", name="Nova conversa").first.click()
    await expect(simulator.answers).to_have_count(0)
    await page.get_by_role("tab", name="Casos de teste").click()
    case = simulator.case("Paula quer botox")
    await case.get_by_role("button", name="Rodar").click()
    await expect(case).to_contain_text("Passou")
    await page.get_by_role("button", name="Rodar todos").click()
    await expect(page.get_by_role("button", name="Rodar todos")).to_be_enabled()
    await case.get_by_role("button", name="Excluir").click()
    await page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    await expect(case).to_have_count(0)


async def test_the_simulator_on_a_phone_shows_what_is_behind_an_answer_in_a_sheet(
    browser: Browser, stack: RunningStack
) -> None:
    async with person(browser, stack.description["gateway_url"], PHONE) as phone:
        simulator = await SimulatorPage.opened(phone)
        await simulator.say("Quanto custa o botox?")
        await simulator.page.get_by_role("button", name="Ver por trás da resposta").click()
        await expect(simulator.page.get_by_role("dialog")).to_contain_text("Passos")
        await simulator.page.keyboard.press("Escape")
        await expect(simulator.page.get_by_role("dialog")).to_have_count(0)
        assert phone.complaints == []


async def test_knowledge_is_written_uploaded_found_changed_and_removed(panel: Panel) -> None:
    knowledge = await KnowledgePage.opened(panel)
    question = "Vocês têm estacionamento para motos?"
    await knowledge.write(question, "Sim, duas vagas cobertas na entrada da rua de trás.")
    await knowledge.page.locator("input[type=file]").set_input_files(
        {
            "name": "preparo.txt",
            "mimeType": "text/plain",
            "buffer": b"Preparo do peeling: evite sol por 7 dias.",
        }
    )
    await expect(knowledge.page.get_by_text("Pronto para ser usado")).to_be_visible()
    await knowledge.document("preparo").get_by_role("button", name="preparo").click()
    await expect(knowledge.page.get_by_role("dialog")).to_contain_text("evite sol por 7 dias")
    await knowledge.page.keyboard.press("Escape")
    await knowledge.document(question).get_by_role("button", name="Editar").click()
    form = knowledge.page.get_by_role("dialog")
    await expect(form.get_by_label("Resposta")).to_have_value(re.compile("duas vagas"))
    await form.get_by_label("Resposta").fill("Sim, quatro vagas cobertas.")
    await form.get_by_role("button", name="Salvar").click()
    await expect(form).to_be_hidden()
    await knowledge.try_question("tem estacionamento pra moto?")
    await expect(knowledge.page.get_by_text("quatro vagas cobertas")).to_be_visible()
    await knowledge.page.get_by_role("tab", name="Documentos e perguntas").click()
    await knowledge.remove(question)
    await knowledge.remove("preparo")


async def test_what_did_not_arrive_is_looked_at_and_sent_again(
    panel: Panel, stack: RunningStack, mariana: Phone
) -> None:
    # A delivery of hers as it stands when Chatwoot refused its last step for good.
    with psycopg.connect(str(stack.description["database_url"])) as conn:
        conn.execute(_REFUSED, [mariana.conversation_id])
    deliveries = await DeliveriesPage.opened(panel)
    letter = deliveries.letters.filter(has_text=f"Conversa {mariana.conversation_id}")
    await letter.get_by_role("button", name="Detalhes").click()
    sheet = deliveries.page.get_by_role("dialog")
    await expect(sheet).to_contain_text("o Chatwoot recusou")
    await sheet.get_by_role("button", name="Fechar").last.click()
    await deliveries.page.get_by_label("O que falhou").select_option("attributes")
    await expect(deliveries.page).to_have_url(re.compile("tipo=attributes"))
    await deliveries.page.get_by_label("O que falhou").select_option("")
    await deliveries.page.get_by_role("button", name="Tentar todas de novo").click()
    await sheet.get_by_role("button", name="Tentar todas de novo").click()
    await expect(letter).to_have_count(0)
    await deliveries.page.get_by_role("tab", name="Respostas com falha").click()
    await expect(deliveries.page.get_by_text("Nenhuma resposta falhou")).to_be_visible()


async def test_the_connection_is_tested_and_costs_and_audit_are_read(panel: Panel) -> None:
    settings = await SettingsPage.opened(panel, "connection")
    await settings.press("Testar ligação")
    await expect(settings.page.get_by_role("status").filter(has_text=re.compile("Tudo certo|Falta"))).to_be_visible()
    await settings.page.get_by_role("tab", name="Custos").click()
    await settings.field("Avisar a partir de (R$)").fill("400")
    await settings.press("Descartar")
    await settings.field("Avisar a partir de (R$)").fill("450")
    await settings.save()
    await settings.page.get_by_role("tab", name="Auditoria").click()
    await settings.says("Mudou ajustes")


async def test_the_clinic_and_the_language_are_changed_and_stay(panel: Panel) -> None:
    settings = await SettingsPage.opened(panel, "clinic")
    city = await settings.field("Cidade").input_value()
    await settings.field("Cidade").fill("Campinas")
    await settings.page.get_by_role("switch", name="Um lembrete gentil").click()
    await settings.save()
    again = await SettingsPage.opened(panel, "clinic")
    await expect(again.field("Cidade")).to_have_value("Campinas")
    await again.field("Cidade").fill(city)
    await again.page.get_by_role("switch", name="Um lembrete gentil").click()
    await again.save()
    await again.page.get_by_label("Idioma").select_option("en")
    await expect(again.page.get_by_label("City")).to_be_visible()


async def test_programs_get_access_and_lose_it(panel: Panel) -> None:
    settings = await SettingsPage.opened(panel, "access")
    await settings.press("Criar token")
    await settings.dialog.get_by_label("Nome").fill("Planilha da recepção")
    await settings.dialog.get_by_role("button", name="Criar token").click()
    await expect(settings.dialog).to_contain_text("sdr_")
    await settings.dialog.get_by_role("button", name="Fechar").last.click()
    row = settings.page.locator("tbody tr").filter(has_text="Planilha da recepção")
    await row.get_by_role("button", name="Revogar").click()
    await settings.dialog.get_by_role("button", name="Revogar").click()
    await expect(row).to_contain_text("Revogado")


async def test_a_leads_data_is_exported_and_retention_set(panel: Panel, mariana: Phone) -> None:
    settings = await SettingsPage.opened(panel, "privacy")
    await settings.field("Número do contato no Chatwoot").fill(str(mariana.contact_id))
    async with settings.page.expect_download():
        await settings.press("Exportar dados")
    await settings.press("Esquecer o lead")
    await settings.dialog.get_by_role("button", name="Cancelar").click()
    await settings.field("Entregas").fill("200")
    await settings.save()
    await settings.field("Entregas").fill("0")
    await settings.save()
