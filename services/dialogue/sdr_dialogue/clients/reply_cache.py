"""Answers to impersonal questions, given once by a model and again without one."""

from __future__ import annotations

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from sdr_common.lead import FactKind, Sentiment
from sdr_common.lossy_redis import LossyRedis
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, FactDraft, TurnContext, TurnDraft, Usage
from sdr_dialogue.domain.draft_checks import Questions, checked
from sdr_dialogue.domain.impersonal import impersonal_question, may_be_repeated
from sdr_dialogue.ports import LanguageModel


class Loadable(LanguageModel, Protocol):
    """An engine that can be loaded ahead of its first use."""

    async def warm_up(self) -> None:
        """Loads what the first call would load."""
        ...

    async def close(self) -> None:
        """Closes connections."""
        ...


_ENTRIES = 2_000
"""Answers that a process remembers by itself."""
_PREFIX = "sdr:dialogue:reply:"


class CachedReplies:
    """A `LanguageModel` that knows what was answered before.

    An answer is kept under the question's plain words, everything that the account's settings and the passages found
    for it say, and the prompt's version: any change of these is another question. It passes the same checks as when it
    was new, and the question that follows it is asked in the product's words.

    Args:
        inner: Who answers the first time.
        ask: The product's words for a question.
        redis: Shares answers between processes; without one each has its own.
        keep_s: Seconds that an answer is kept.
        version: Of the prompt.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        inner: Loadable,
        *,
        ask: Questions,
        redis: LossyRedis,
        keep_s: int,
        version: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._ask = ask
        self._redis = redis
        self._keep_s = keep_s
        self._version = version
        self._clock = clock
        self._own: OrderedDict[str, tuple[float, str]] = OrderedDict()

    @property
    def name(self) -> str:
        """The inner engine's."""
        return self._inner.name

    async def warm_up(self) -> None:
        """Loads what the first call would load."""
        await self._inner.warm_up()

    async def close(self) -> None:
        """Closes connections."""
        await self._redis.aclose()
        await self._inner.close()

    async def respond(self, context: TurnContext) -> TurnDraft:
        """See the port."""
        question = impersonal_question(context)
        if not question or not context.models_allowed:
            return await self._inner.respond(context)
        key = self._key(question, context)
        known = await self._find(key)
        if known is not None:
            return self._again(json.loads(known), context)
        draft = await self._inner.respond(context)
        if draft.prompt_version and may_be_repeated(draft, context):
            await self._keep(key, _kept(draft))
        return draft

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """See the port; a judgement is never repeated."""
        return await self._inner.analyze(context)

    def _again(self, kept: dict[str, Any], context: TurnContext) -> TurnDraft:  # values as `_kept` wrote them
        message_id = context.messages[0].message_id
        draft = TurnDraft(
            reply=kept["answer"],
            answer=kept["answer"],
            sentiment=Sentiment(kept["sentiment"]),
            language=kept["language"],
            facts=tuple(
                FactDraft(FactKind.INTEREST, value, level, evidence, message_id, confidence, canonical)
                for value, level, evidence, confidence, canonical in kept["interests"]
            ),
            cited=tuple(kept["cited"]),
            engine=f"cache:{kept['engine']}",
        )
        return replace(checked(draft, "", context, self._ask), usage=Usage(), prompt_version=kept["prompt_version"])

    def _key(self, question: str, context: TurnContext) -> str:
        parts = (question, repr(context.settings), repr(context.found), self._version)
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()

    async def _find(self, key: str) -> str | None:
        own = self._own.get(key)
        if own is not None and own[0] > self._clock():
            return own[1]
        found = await self._redis.ask(lambda client: client.get(_PREFIX + key), otherwise=None, operation="GET")
        return found.decode() if isinstance(found, bytes) else found

    async def _keep(self, key: str, value: str) -> None:
        self._own[key] = (self._clock() + self._keep_s, value)
        self._own.move_to_end(key)
        while len(self._own) > _ENTRIES:
            self._own.popitem(last=False)
        await self._redis.ask(
            lambda client: client.set(_PREFIX + key, value, ex=self._keep_s), otherwise=None, operation="SET"
        )


def _kept(draft: TurnDraft) -> str:
    return json.dumps(
        {
            "answer": draft.answer,
            "sentiment": draft.sentiment.value,
            "language": draft.language,
            "interests": [
                (fact.value, fact.level, fact.evidence, fact.confidence, fact.canonical) for fact in draft.facts
            ],
            "cited": list(draft.cited),
            "engine": draft.engine,
            "prompt_version": draft.prompt_version,
        },
        ensure_ascii=False,
    )
