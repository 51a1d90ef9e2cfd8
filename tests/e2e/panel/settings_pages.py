"""Page objects: Ajustes and Entregas."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.e2e.panel.browser import Panel, settled


@dataclass
class SettingsPage:
    """Ajustes, on one of its tabs."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel, tab: str) -> SettingsPage:
        """`tab` as the address names it."""
        page = await panel.signed_in(f"/ajustes?aba={tab}")
        await settled(page)
        return cls(page)

    def field(self, label: str) -> Locator:
        return self.page.locator("main input").and_(self.page.get_by_label(label))

    async def save(self) -> None:
        await self.page.get_by_role("button", name="Salvar").click()
        await expect(self.page.get_by_text("Alterações não salvas")).to_have_count(0)

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def says(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()


@dataclass
class DeliveriesPage:
    """Entregas."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel) -> DeliveriesPage:
        page = await panel.signed_in("/entregas")
        await settled(page)
        return cls(page)

    @property
    def letters(self) -> Locator:
        """Deliveries that were given up."""
        return self.page.get_by_role("table").locator("tbody tr")
