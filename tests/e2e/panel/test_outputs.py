"""A manager lets reports go out, prints one, and says what to be told of."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.panel.browser import AXE, PHONE, Panel, axe_findings, person, settled
from tests.e2e.panel.outputs_pages import AlertsPage, SchedulesPage
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def test_a_report_is_scheduled_sent_tried_again_changed_and_removed(panel: Panel) -> None:
    schedules = await SchedulesPage.opened(panel)
    await schedules.add_mail("Resumo da semana", "helena@clinica.test")
    card = schedules.card("Resumo da semana")
    await expect(card).to_contain_text("Toda semana, segunda-feira, às 08:00")
    await card.get_by_role("button", name="Enviar agora").click()
    # The trial has no mail server: the history says so, and what to do.
    await expect(schedules.history.first).to_contain_text("Não há servidor de e-mail configurado.")
    await schedules.history.first.get_by_role("button", name="Tentar de novo").click()
    await expect(schedules.history.first).to_contain_text("Falhou")
    await card.get_by_role("switch").click()
    await expect(card).to_contain_text("Pausado")
    await schedules.rename("Resumo da semana", "Resumo de segunda")
    await schedules.remove("Resumo de segunda")


async def test_the_report_is_printed_from_its_page(panel: Panel) -> None:
    page = await panel.signed_in("/relatorios")
    await settled(page)
    async with page.expect_download() as found:
        await page.get_by_role("link", name="Baixar PDF").click()
    download = await found.value
    assert download.suggested_filename.endswith(".pdf")
    with (await download.path()).open("rb") as file:
        assert file.read(5) == b"%PDF-"


async def test_alert_rules_are_changed_and_stay(panel: Panel) -> None:
    alerts = await AlertsPage.opened(panel)
    await alerts.hours.fill("6")
    await alerts.save()
    again = await AlertsPage.opened(panel)
    await expect(again.hours).to_have_value("6")
    await again.hours.fill("8")
    await again.save()


async def test_axe_finds_nothing_on_either_page_on_a_phone(browser: Browser, stack: RunningStack) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed; make panel")
    async with person(browser, stack.description["gateway_url"], PHONE, bypass_csp=True) as panel:
        schedules = await SchedulesPage.opened(panel)
        await schedules.page.get_by_role("button", name="Novo envio").click()
        await schedules.page.get_by_role("dialog").wait_for()
        assert await axe_findings(schedules.page) == []
        alerts = await AlertsPage.opened(panel)
        assert await axe_findings(alerts.page) == []
