from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from sdr_common.lead import EscalationReason, Fact, FactKind, FactSource, Sentiment
from sdr_common.lossy_redis import LossyRedis
from sdr_dialogue.clients.reply_cache import CachedReplies
from sdr_dialogue.domain.conversation import (
    AnalysisContext,
    AnalysisDraft,
    FactDraft,
    LeadMessage,
    TurnContext,
    TurnDraft,
    Usage,
)
from sdr_dialogue.domain.impersonal import impersonal_question, may_be_repeated
from tests.unit.dialogue.builders import CLINIC, NOW

PRICE = "Quanto custa o botox?"


def asked(text: str = PRICE, message_id: int = 1, **changes: object) -> TurnContext:
    context = TurnContext(settings=CLINIC, now=NOW, messages=(LeadMessage(message_id, text, NOW),), greeted=True)
    return replace(context, **changes)  # type: ignore[arg-type]  # any field of a context


def answered(**changes: object) -> TurnDraft:
    botox = FactDraft(FactKind.INTEREST, "Botox", "especifico", "botox", 1, 0.9, "botox")
    draft = TurnDraft(
        reply="O botox sai a partir de R$ 900.\nQual é o seu nome?",
        answer="O botox sai a partir de R$ 900.",
        asks=FactKind.NAME,
        facts=(botox,),
        usage=Usage(1000, 100, 450),
        engine="openai:gpt-5-mini",
        prompt_version="v1-x",
    )
    return replace(draft, **changes)  # type: ignore[arg-type]  # any field of a draft


@dataclass
class Model:
    draft: TurnDraft = field(default_factory=answered)
    calls: int = 0
    name: str = "openai:gpt-5-mini"

    async def respond(self, context: TurnContext) -> TurnDraft:
        self.calls += 1
        return self.draft

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        raise AssertionError

    async def warm_up(self) -> None: ...

    async def close(self) -> None: ...


def cached(model: Model) -> CachedReplies:
    def ask(kind: FactKind, _context: TurnContext, _language: str) -> str:
        return f"Pergunta: {kind.value}?"

    return CachedReplies(model, ask=ask, redis=LossyRedis(None), keep_s=60, version="v1-x")


async def test_the_same_question_of_another_lead_is_answered_without_a_call() -> None:
    model = Model()
    cache = cached(model)
    await cache.respond(asked())
    again = await cache.respond(asked("quanto custa o BOTOX ?", 77, attempts={FactKind.NAME: 1}))
    assert model.calls == 1
    assert (again.answer, again.reply) == (
        "O botox sai a partir de R$ 900.",
        "O botox sai a partir de R$ 900.\nPergunta: urgencia?",
    )
    assert [(fact.value, fact.source_message_id) for fact in again.facts] == [("Botox", 77)]
    assert (again.engine, again.usage) == ("cache:openai:gpt-5-mini", Usage())


async def test_other_settings_or_knowledge_are_another_question() -> None:
    model = Model()
    cache = cached(model)
    await cache.respond(asked())
    await cache.respond(asked(settings=replace(CLINIC, version=2)))
    assert model.calls == 2


@pytest.mark.parametrize(
    "text",
    [
        "quanto custa para mim?",
        "meu marido pode fazer?",
        "sou a Ana, quanto custa?",
        "estou grávida, posso fazer?",
        "quero botox",
        "11999998888 é de vocês?",
        "Quanto custa? " + "x" * 160,
    ],
)
def test_what_a_lead_says_of_itself_is_not_impersonal(text: str) -> None:
    assert impersonal_question(asked(text)) == ""


def test_a_first_message_a_burst_and_a_picture_are_not_impersonal() -> None:
    two = (LeadMessage(1, PRICE, NOW), LeadMessage(2, "oi", NOW))
    assert impersonal_question(asked(greeted=False)) == ""
    assert impersonal_question(asked(messages=two)) == ""
    assert impersonal_question(asked(messages=(LeadMessage(1, PRICE, NOW, ("image",)),))) == ""


@pytest.mark.parametrize(
    "draft",
    [
        answered(answer=""),
        answered(answer="Ana, o botox sai a partir de R$ 900."),
        answered(unanswered_question="quanto custa?"),
        answered(sentiment=Sentiment.IRRITATED),
        answered(escalation=EscalationReason.IRRITATION),
        answered(facts=(FactDraft(FactKind.NAME, "Ana", "", "x", 1, 0.9),)),
    ],
)
def test_an_answer_with_somebody_in_it_is_not_kept(draft: TurnDraft) -> None:
    name = Fact(FactKind.NAME, "Ana", "", "Ana", 1, 1.0, FactSource.LEAD, NOW)
    assert not may_be_repeated(draft, asked(facts={FactKind.NAME: name}))
    assert may_be_repeated(answered(), asked(facts={FactKind.NAME: name}))
