"""Page object: Agente, with its five tabs."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.e2e.panel.browser import Panel, settled


@dataclass
class AgentPage:
    """Agente."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel, tab: str = "persona") -> AgentPage:
        page = await panel.signed_in(f"/agente?aba={tab}")
        await settled(page)
        await page.locator("main form").first.wait_for()
        return cls(page)

    @property
    def persona(self) -> Locator:
        return self.page.get_by_label("Persona", exact=True)

    @property
    def hot_from(self) -> Locator:
        """From how many points a lead is hot."""
        return self.page.get_by_label("Quente a partir de")

    @property
    def hot_closing(self) -> Locator:
        return self.page.get_by_label("Quente", exact=True)

    def day(self, name: str) -> Locator:
        """One weekday of the hours."""
        return self.page.get_by_role("group", name=name)

    def version(self, number: int) -> Locator:
        return self.page.get_by_role("listitem").filter(has_text=f"Versão {number}").first

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def tab(self, name: str) -> None:
        await self.page.get_by_role("tab", name=name).click()

    async def answer(self, name: str) -> None:
        """Presses a button of the dialog that is open, which is gone then."""
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("button", name=name, exact=True).click()
        await expect(dialog).to_be_hidden()

    async def says(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def save(self) -> None:
        await self.press("Salvar")
        await expect(self.page.get_by_text("Alterações não salvas")).to_be_hidden()
