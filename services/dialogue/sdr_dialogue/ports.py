"""What dialogue needs from outside, in its own words."""

from __future__ import annotations

from typing import Protocol

from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft


class LanguageModel(Protocol):
    """Understands and answers. Adapters: a provider's model, the scripted engine, a chain of them.

    An adapter raises `EngineUnavailable` (sdr_dialogue.domain.errors) when it cannot answer within
    its deadline; it never invents an answer.
    """

    @property
    def name(self) -> str:
        """"scripted", or provider and model, such as "openai:gpt-5-mini"."""
        ...

    async def respond(self, context: TurnContext) -> TurnDraft:
        """One structured answer to a burst."""
        ...

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        """The judgement of a whole conversation."""
        ...
