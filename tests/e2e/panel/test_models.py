"""A manager brings the clinic's own key for a model: tests it, keeps it, sees no more than its end, takes it back."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.panel.browser import Panel
from tests.e2e.panel.model_pages import ModelsPage
from tests.integration.dialogue.emulated_llm import emulated_llm

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
OPENAI = "OpenAI ou compatível"
KEY = "sk-clinica-0123456789wxyz"


async def test_a_key_is_tried_kept_and_taken_back_and_never_shown_again(panel: Panel) -> None:
    models = await ModelsPage.opened(panel)
    async with emulated_llm() as llm:
        await llm.set_key(KEY)
        address = f"{llm.url}/v1"
        await models.type_key(OPENAI, "sk-errada-0123456789", address)
        await models.test(OPENAI, "O provedor recusou a chave")
        await models.type_key(OPENAI, KEY)
        await models.test(OPENAI, "Funciona: gpt-5-mini respondeu.")
        await models.save(OPENAI)
        again = await ModelsPage.opened(panel)
        await expect(again.card(OPENAI)).to_contain_text("termina em wxyz")
        assert KEY not in await again.page.content()
        await again.test(OPENAI, "Funciona")
        await again.type_key(OPENAI, "", "http://127.0.0.1:9/v1")
        await expect(again.card(OPENAI)).to_contain_text("digite a chave de novo")
        await again.card(OPENAI).get_by_label("Endereço compatível").fill(address)
        await again.remove(OPENAI)
