"""Examples of the calls that change an account's knowledge."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Awaitable, Callable

from google.protobuf.message import Message

from sdr.dialogue.v1 import knowledge_pb2 as pb
from sdr_dialogue.domain.documents import Asking
from sdr_dialogue.store.unanswered import PostgresUnanswered
from tests.integration.dialogue.conftest import ACCOUNT, Dialogue, connect
from tests.integration.dialogue.knowing import Knowledge

Example = Callable[[], Awaitable[tuple[Message, Message]]]


def knowledge_examples(served: Dialogue) -> dict[str, Example]:
    """By the method's full name."""
    name = "sdr.dialogue.v1.KnowledgeService/"
    knowledge, numbers = Knowledge(served), itertools.count(1)

    async def an_open_question() -> int:
        number = next(numbers)
        asking = Asking(ACCOUNT, 31, number, 501, f"vocês fazem o tratamento numerado{number}?")
        async with await connect(served.url) as conn:
            await PostgresUnanswered().note(conn, asking)
        return (await knowledge.unanswered()).questions[0].unanswered_id

    async def put() -> tuple[Message, Message]:
        faq = pb.FaqContent(question=f"Pergunta {next(numbers)}?", answer="Resposta.")
        request = pb.PutDocumentRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, faq=faq)
        return request, _with(request, title="Outro")

    async def delete() -> tuple[Message, Message]:
        document = (await knowledge.put_faq(f"Pergunta {next(numbers)}?", "Resposta.")).document
        request = pb.DeleteDocumentRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, document_id=document.document_id
        )
        return request, _with(request, document_id=document.document_id + 1)

    async def approve() -> tuple[Message, Message]:
        faq = pb.FaqContent(question=f"Pergunta {next(numbers)}?", answer="Resposta.")
        request = pb.ApproveSuggestionRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, unanswered_id=await an_open_question(), faq=faq
        )
        return request, _with(request, unanswered_id=9_999)

    async def reject() -> tuple[Message, Message]:
        request = pb.RejectSuggestionRequest(
            request_id=str(uuid.uuid4()), account_id=ACCOUNT, unanswered_id=await an_open_question()
        )
        return request, _with(request, unanswered_id=9_999)

    return {
        name + "PutDocument": put,
        name + "DeleteDocument": delete,
        name + "ApproveSuggestion": approve,
        name + "RejectSuggestion": reject,
    }


def _with(request: Message, **fields: str | int) -> Message:
    changed = type(request)()
    changed.CopyFrom(request)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed
