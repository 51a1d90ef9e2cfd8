"""Page objects: leads, one lead, and what is tried before leads come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from playwright.async_api import Locator, Page, expect

from tests.e2e.panel.browser import ADMINISTRATOR, Panel, settled


@dataclass
class LeadsPage:
    """Leads."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel, query: str = "", who: tuple[str, str] = ADMINISTRATOR) -> LeadsPage:
        page = await panel.signed_in(f"/leads{query}", who)
        await settled(page)
        return cls(page)

    async def search(self, text: str) -> None:
        """Looks for somebody; over once the address says so, because the list before it is replaced then."""
        await self.page.get_by_role("searchbox", name="Buscar por nome").fill(text)
        await expect(self.page).to_have_url(re.compile(rf"[?&]\w+={re.escape(quote_plus(text))}(&|$)"))

    async def choose(self, label: str, option: str) -> None:
        """Sets one of the filters."""
        await self.page.get_by_label(label, exact=True).select_option(option)

    def lead(self, name: str) -> Locator:
        """A lead's row; on phones its card."""
        return self.page.locator("tbody tr:visible, main ul > li.card:visible").filter(has_text=name)

    async def tick(self, name: str) -> None:
        """Chooses a lead for a deed."""
        await self.lead(name).get_by_role("checkbox").check()

    async def do(self, deed: str) -> None:
        """Does something to all chosen leads, and says yes."""
        await self.page.get_by_role("region", name="Ações para os leads").get_by_role("button", name=deed).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=deed).click()
        await expect(self.page.get_by_role("region", name="Ações para os leads")).to_have_count(0)

    async def download(self, button: str) -> Path:
        async with self.page.expect_download() as started:
            await self.page.get_by_role("button", name=button).click()
        return Path(await (await started.value).path())


@dataclass
class LeadPage:
    """One lead."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel, contact_id: int, query: str = "") -> LeadPage:
        page = await panel.signed_in(f"/leads/{contact_id}{query}")
        await settled(page)
        return cls(page)

    def card(self, title: str) -> Locator:
        """A card by the beginning of its title."""
        return self.page.locator("section.card").filter(has=self.page.get_by_role("heading", name=title))

    async def tab(self, name: str) -> Locator:
        """What stands under a tab."""
        await self.page.get_by_role("tab", name=name).click()
        return self.page.get_by_role("tabpanel", name=name)

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def says(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()


@dataclass
class SimulatorPage:
    """Simulador."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel, query: str = "") -> SimulatorPage:
        page = await panel.signed_in(f"/simulador{query}")
        await settled(page)
        return cls(page)

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def answers(self) -> Locator:
        """What the assistant said, to be looked behind."""
        return self.log.locator("button[aria-pressed]")

    async def say(self, text: str) -> None:
        """Writes as a lead, and waits for the answer."""
        before = await self.answers.count()
        await self.page.get_by_label("Mensagem do lead").fill(text)
        await self.page.get_by_role("button", name="Enviar").click()
        await expect(self.answers).to_have_count(before + 1)

    def case(self, title: str) -> Locator:
        return self.page.get_by_role("listitem").filter(has_text=title)


@dataclass
class KnowledgePage:
    """Conhecimento."""

    page: Page

    @classmethod
    async def opened(cls, panel: Panel, query: str = "") -> KnowledgePage:
        page = await panel.signed_in(f"/conhecimento{query}")
        await settled(page)
        return cls(page)

    async def write(self, question: str, answer: str, button: str = "Escrever pergunta e resposta") -> None:
        """Writes a question with its answer."""
        await self.page.get_by_role("button", name=button).first.click()
        form = self.page.get_by_role("dialog")
        await form.get_by_label("Pergunta").fill(question)
        await form.get_by_label("Resposta").fill(answer)
        await form.get_by_role("button", name="Salvar").click()
        await expect(form).to_be_hidden()

    def document(self, title: str) -> Locator:
        return self.page.locator("tbody tr:visible, main ul > li.card:visible").filter(has_text=title)

    async def remove(self, title: str) -> None:
        await self.document(title).get_by_role("button", name="Excluir").click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
        await expect(self.document(title)).to_have_count(0)

    async def try_question(self, question: str) -> None:
        await self.page.get_by_role("tab", name="Testar busca").click()
        await self.page.get_by_label("Pergunta de um lead").fill(question)
        await self.page.get_by_role("button", name="Testar", exact=True).click()
