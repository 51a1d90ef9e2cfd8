from __future__ import annotations

import httpx

from tests.integration.dialogue.conftest import ObedientModel, a_message, a_request, a_settings_request, running
from tests.integration.dialogue.emulated_llm import EmulatedLlm, emulated_llm
from tests.integration.dialogue.knowing import Knowledge
from tests.support.net import PLAIN, eventually

PATIENT = {"knowledge_poll_s": 0.05, "embedding_deadline_s": 20}
"""A loaded machine embeds slowly; what is proved here is that it does."""


async def embedded(llm: EmulatedLlm) -> list[dict[str, object]]:
    async with httpx.AsyncClient(verify=PLAIN) as client:
        found: list[dict[str, object]] = (await client.get(f"{llm.url}/control/embeddings")).json()["requests"]
    return found


async def test_with_a_key_documents_are_embedded_and_searched_by_meaning_with_one_call_a_turn(
    database: str, model: ObedientModel
) -> None:
    async with (
        emulated_llm() as llm,
        running(
            database, model, OPENAI_BASE_URL=f"{llm.url}/v1", knowledge_poll_s=0.05, embedding_deadline_s=20
        ) as one,
    ):
        await one.put_settings(a_settings_request())
        knowledge = Knowledge(one)
        await knowledge.put_faq("Quanto custa o botox?", "R$ 1.190.")
        await knowledge.put_file("a.md", b"# Cuidados\nEvite o sol por quinze dias depois do laser.")

        async def all_embedded() -> bool:
            return all(document.embedded for document in (await knowledge.documents()).documents)

        await eventually(all_embedded, 60, what="the embeddings")
        before = len(await embedded(llm))
        await one.respond(a_request(1, a_message(10, "quanto custa o botox?"), a_message(11, "posso pegar sol?")))
        questions = (await embedded(llm))[before:]
        assert [request["input"] for request in questions] == [["quanto custa o botox?", "posso pegar sol?"]]
        assert questions[0]["dimensions"] == 512
        assert [found.by_meaning for found in model.calls[0].found] == [True, True]
        assert model.calls[0].found[0].passages[0].text == "R$ 1.190."
        await one.respond(a_request(2, a_message(12, "meu nome é Ana")))
        assert len(await embedded(llm)) == before + 1


async def test_equal_text_is_embedded_once_and_a_failing_model_leaves_full_text(
    database: str, model: ObedientModel
) -> None:
    async with (
        emulated_llm() as llm,
        running(
            database, model, OPENAI_BASE_URL=f"{llm.url}/v1", knowledge_poll_s=0.05, embedding_deadline_s=20
        ) as one,
    ):
        await one.put_settings(a_settings_request())
        knowledge = Knowledge(one)
        await knowledge.put_file("a.md", b"# Cuidados\nEvite o sol.")

        async def all_embedded() -> bool:
            return all(document.embedded for document in (await knowledge.documents()).documents)

        await eventually(all_embedded, 60, what="the embeddings")
        count = len(await embedded(llm))
        await knowledge.put_file("b.md", b"# Cuidados\nEvite o sol.")
        await eventually(all_embedded, 60, what="the embeddings")
        assert len(await embedded(llm)) == count
        await llm.set_key("another")
        found = await knowledge.search("posso tomar sol?")
        assert (found.by_meaning, found.passages[0].text) == (False, "Evite o sol.")
