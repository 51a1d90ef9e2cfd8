"""Takes the README's pictures from a running stack: a real conversation, typed on the phone page.

`python -m tests.support.pictures DATA_DIR` needs Chromium and a stack that `make run` started.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from pathlib import Path

from playwright.async_api import Page, async_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "images"
TALK = [
    ["oi", "tudo bem?", "queria saber do botox"],
    ["Mariana"],
    ["semana que vem, tenho um casamento"],
    ["já fiz uma vez, conheço os valores"],
    ["moro em Moema", "a avaliação é paga?"],
]


async def _type(phone: Page, texts: list[str]) -> None:
    field = phone.get_by_label("Mensagem", exact=True)
    for text in texts:
        await field.fill(text)
        await field.press("Enter")


async def take(data_dir: Path) -> None:
    """Plays the conversation and saves `celular.png` and `inbox.png`."""
    stack = json.loads((data_dir / "stack.json").read_text())
    url, token = stack["chatwoot_url"], stack["admin_token"]
    chromium = shutil.which("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        phone = await browser.new_page(viewport={"width": 400, "height": 820}, device_scale_factor=1.5)
        await phone.goto(f"{url}/celular")
        await phone.get_by_role("button", name="Novo lead").first.click()
        await phone.get_by_label("Nome como aparece no WhatsApp").fill("Mari")
        await phone.get_by_role("button", name="Criar", exact=True).click()
        for number, texts in enumerate(TALK, 1):
            await _type(phone, texts)
            await phone.locator(".theirs").nth(number - 1).wait_for(timeout=30_000)
        await phone.screenshot(path=IMAGES / "celular.png")
        inbox = await browser.new_page(viewport={"width": 1360, "height": 900})
        await inbox.goto(f"{url}/inbox?token={token}")
        await inbox.get_by_role("button", name=re.compile("Mari")).first.click()
        await inbox.locator(".note").first.wait_for(timeout=30_000)
        await inbox.screenshot(path=IMAGES / "inbox.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
