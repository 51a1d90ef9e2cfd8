"""Page object: Modelos, of Ajustes."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.e2e.panel.browser import Panel, settled


@dataclass
class ModelsPage:
    """Where an account's own keys for models are."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel) -> ModelsPage:
        page = await panel.signed_in("/ajustes?aba=models")
        await settled(page)
        await page.locator("main form").first.wait_for()
        return cls(page)

    def card(self, provider: str) -> Locator:
        return self.page.get_by_role("form", name=provider)

    async def type_key(self, provider: str, key: str, address: str = "") -> None:
        await self.card(provider).get_by_label("Chave da API").fill(key)
        if address:
            await self.card(provider).get_by_label("Endereço compatível").fill(address)

    async def test(self, provider: str, says: str) -> None:
        await self.card(provider).get_by_role("button", name="Testar chave").click()
        await expect(self.card(provider).get_by_role("status")).to_contain_text(says)

    async def save(self, provider: str) -> None:
        await self.card(provider).get_by_role("button", name="Salvar").click()
        await expect(self.card(provider)).to_contain_text("Chave própria")

    async def remove(self, provider: str) -> None:
        await self.card(provider).get_by_role("button", name="Remover chave").click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Remover chave").click()
        await expect(self.card(provider)).to_contain_text("Sem chave")
