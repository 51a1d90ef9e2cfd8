"""Page objects: what goes out by itself, and alerts."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.e2e.panel.browser import Panel, settled


@dataclass
class SchedulesPage:
    """Envios automáticos."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel) -> SchedulesPage:
        page = await panel.signed_in("/relatorios/envios")
        await settled(page)
        return cls(page)

    async def add_mail(self, name: str, to: str) -> None:
        """Makes a weekly one by e-mail."""
        await self.page.get_by_role("button", name="Novo envio").click()
        form = self.page.get_by_role("dialog")
        await form.get_by_label("Nome").fill(name)
        await form.get_by_label("E-mails").fill(to)
        await form.get_by_role("button", name="Salvar").click()

    async def rename(self, name: str, new: str) -> None:
        await self.card(name).get_by_role("button", name="Editar").click()
        form = self.page.get_by_role("dialog")
        await form.get_by_label("Nome").fill(new)
        await form.get_by_role("button", name="Salvar").click()
        await expect(form).to_be_hidden()

    async def remove(self, name: str) -> None:
        await self.card(name).get_by_role("button", name="Excluir").click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
        await expect(self.card(name)).to_have_count(0)

    def card(self, name: str) -> Locator:
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=name, exact=True))

    @property
    def history(self) -> Locator:
        """Rows of what was sent."""
        return self.page.get_by_role("table").locator("tbody tr")


@dataclass
class AlertsPage:
    """Alertas."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel) -> AlertsPage:
        page = await panel.signed_in("/ajustes/alertas")
        await settled(page)
        await page.get_by_role("heading", name="Regras").wait_for()
        return cls(page)

    @property
    def hours(self) -> Locator:
        """After how many hours without a new lead."""
        return self.page.get_by_label("Depois de (horas)")

    async def save(self) -> None:
        await self.page.get_by_role("button", name="Salvar").click()
        await expect(self.page.get_by_text("Salvo", exact=True)).to_be_visible()
