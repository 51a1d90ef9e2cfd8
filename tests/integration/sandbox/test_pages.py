"""The lead's phone and the closer's inbox in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, async_playwright, expect

from tests.integration.sandbox.servers import TOKEN, Running

pytestmark = pytest.mark.browser
_EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 10_000


@dataclass
class Pages:
    """Opens pages and keeps what they complain about."""

    context: BrowserContext
    chatwoot: Running
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        """A page of the emulator."""
        page = await self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", self._threw)
        await page.goto(self.chatwoot.url + path)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _threw(self, error: Error) -> None:
        self.complaints.append(str(error))

    async def new_lead(self, name: str) -> Page:
        """A phone with a new lead."""
        phone = await self.open("/celular")
        await phone.get_by_role("button", name="Novo lead").first.click()
        await phone.get_by_label("Nome como aparece no WhatsApp").fill(name)
        await phone.get_by_role("button", name="Criar", exact=True).click()
        return phone


async def say(phone: Page, *texts: str) -> None:
    """Write a burst."""
    field_ = phone.get_by_label("Mensagem", exact=True)
    for text in texts:
        await field_.fill(text)
        await field_.press("Enter")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    executable = next((path for name in _EXECUTABLES if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"none of {', '.join(_EXECUTABLES)} is installed")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield opened
        await opened.close()


@pytest.fixture
async def pages(browser: Browser, chatwoot: Running) -> AsyncIterator[Pages]:
    context = await browser.new_context(locale="pt-BR", timezone_id="America/Sao_Paulo")
    yield Pages(context, chatwoot)
    await context.close()


async def test_what_a_lead_types_shows_in_the_inbox_and_the_answer_on_the_phone(pages: Pages) -> None:
    bot = await pages.chatwoot.new_bot()
    inbox = await pages.open(f"/inbox?token={TOKEN}")
    phone = await pages.new_lead("Mariana Souza")
    await say(phone, "oi", "vi o anúncio", "quanto custa o botox?")

    line = inbox.get_by_role("button", name=re.compile("Mariana Souza"))
    await line.click()
    messages = inbox.get_by_role("log")
    await expect(messages.locator(".incoming")).to_have_count(3)
    await expect(messages.locator(".incoming").last).to_contain_text("quanto custa o botox?")

    path, token = "/conversations/1", bot["access_token"]
    await pages.chatwoot.ask("POST", f"{path}/toggle_typing_status", {"typing_status": "on"}, token=token)
    await expect(phone.locator("#presence")).to_have_text("digitando…")
    await pages.chatwoot.ask("POST", f"{path}/messages", {"content": "Oi, **Mariana**!"}, token=token)
    await expect(phone.locator(".theirs strong")).to_have_text("Mariana")
    await expect(phone.locator("#presence")).to_have_text("online")
    await expect(phone.locator(".mine .ticks.read")).to_have_count(3)

    await inbox.get_by_label("Texto da mensagem").fill("Aqui é a clínica, posso ajudar?")
    await inbox.get_by_role("button", name="Enviar").click()
    await expect(phone.locator(".theirs").last).to_contain_text("Aqui é a clínica, posso ajudar?")
    assert TOKEN not in inbox.url
    assert pages.complaints == []


async def test_a_closer_takes_notes_assigns_labels_and_resolves(pages: Pages) -> None:
    chatwoot = pages.chatwoot
    await chatwoot.new_bot()
    await chatwoot.ask("POST", "/teams", {"name": "Comercial"})
    await chatwoot.lead_says(await chatwoot.new_lead("Ana Lima"), "oi")
    attributes = {"sdr_ia_temperatura": "quente", "sdr_ia_score": 102, "sdr_ia_proximo_passo": "transferir_closer"}
    await chatwoot.ask("PATCH", "/contacts/1", {"custom_attributes": attributes})
    inbox = await pages.open(f"/inbox?token={TOKEN}")
    await inbox.get_by_role("button", name=re.compile("Ana Lima")).click()

    details = inbox.get_by_label("Detalhes do lead")
    await expect(details.get_by_role("meter")).to_have_attribute("aria-valuenow", "102")
    await expect(details.locator(".temperature")).to_have_text("Quente · 102")
    await expect(details.get_by_text("Transferir para o closer")).to_be_visible()

    await inbox.get_by_role("button", name="Nota privada").click()
    await inbox.get_by_label("Texto da mensagem").fill("**Ligar** às 15h")
    await inbox.get_by_role("button", name="Salvar nota").click()
    await expect(inbox.locator(".note strong")).to_have_text("Ligar")

    await details.get_by_label("Equipe").select_option(label="comercial")
    await expect(inbox.locator(".activity", has_text="Atribuído a comercial")).to_be_visible()
    await (
        details.get_by_role("textbox", name="Nova etiqueta")
        .or_(details.get_by_role("combobox", name="Nova etiqueta"))
        .fill("vip")
    )
    await details.get_by_role("button", name="Adicionar").click()
    await expect(details.locator(".chip")).to_contain_text("vip")
    await inbox.get_by_role("button", name="Atribuir a mim").click()
    await expect(inbox.get_by_role("button", name="Atribuir a mim")).to_have_count(0)
    await inbox.get_by_role("button", name="Resolver").click()
    await expect(inbox.get_by_role("button", name="Reabrir")).to_be_visible()

    shown = await chatwoot.ask("GET", "/conversations/1")
    assert (shown["status"], shown["labels"], shown["meta"]["team"]["name"]) == ("resolved", ["vip"], "comercial")
    assert shown["meta"]["assignee"]["email"] == "admin@clinica.test"
    assert pages.complaints == []


async def test_what_people_write_never_becomes_markup(pages: Pages) -> None:
    attack = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'
    phone = await pages.new_lead(f"Eva {attack}"[:80])
    await say(phone, attack, "[clique](javascript:window.broken=1)")
    await expect(phone.locator(".mine .ticks.delivered")).to_have_count(2)
    await pages.chatwoot.ask("PATCH", "/contacts/1", {"custom_attributes": {attack: attack, "sdr_ia_nome": attack}})
    await pages.chatwoot.ask("POST", "/conversations/1/labels", {"labels": [attack]})
    inbox = await pages.open(f"/inbox?token={TOKEN}")
    await inbox.locator(".conversation").click()
    await expect(inbox.locator(".incoming").first).to_contain_text("<script>")
    await expect(inbox.locator("#side")).to_contain_text("<script>")
    for page in (phone, inbox):
        assert await page.locator("img[src=x], main script, .app script, a[href^=javascript]").count() == 0
        assert await page.evaluate("window.broken") is None
    assert pages.complaints == []


async def test_the_inbox_asks_for_a_sign_in_and_says_when_it_is_wrong(pages: Pages) -> None:
    inbox = await pages.open("/inbox")
    await inbox.get_by_label("E-mail").fill("camila@clinica.test")
    await inbox.get_by_label("Senha").fill("errada")
    await inbox.get_by_role("button", name="Entrar").click()
    await expect(inbox.get_by_role("alert")).to_have_text("E-mail ou senha não conferem.")
    await inbox.get_by_label("Senha").fill("sandbox123!")
    await inbox.get_by_role("button", name="Entrar").click()
    await expect(inbox.locator("#me")).to_have_text("Camila Ribeiro")
    await expect(inbox.locator("#live")).to_have_text("ao vivo")
    refusals = [text for text in pages.complaints if "401" not in text]
    assert refusals == []


async def test_a_phone_remembers_its_leads_and_can_be_used_narrow(pages: Pages) -> None:
    phone = await pages.new_lead("Bia Ramos")
    await say(phone, "oi")
    await expect(phone.locator(".mine .ticks.delivered")).to_have_count(1)
    await phone.set_viewport_size({"width": 375, "height": 667})
    await phone.reload()
    await phone.get_by_role("button", name=re.compile("Bia Ramos")).click()
    await expect(phone.locator(".mine")).to_contain_text("oi")
    overflow = await phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    await phone.get_by_role("button", name="Voltar às conversas").click()
    await expect(phone.get_by_role("heading", name="Conversas")).to_be_visible()
    assert pages.complaints == []


@pytest.mark.parametrize("path", ["/", "/celular", "/inbox"])
async def test_pages_forbid_outside_resources(chatwoot: Running, path: str) -> None:
    response = await chatwoot.client.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", response.text) == []
