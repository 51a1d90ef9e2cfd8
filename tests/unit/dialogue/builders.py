"""A clinic, its lead and short ways to make an engine read and talk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sdr_common.lead import EndReason, Fact, FactKind, FactSource
from sdr_dialogue.domain.conversation import (
    AnalysisContext,
    AnalysisDraft,
    LeadMessage,
    Line,
    Speaker,
    TurnContext,
    TurnDraft,
)
from sdr_dialogue.domain.language import language_of
from sdr_dialogue.domain.merge import merge_facts
from sdr_dialogue.domain.progress import count_ask, end_of
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion, Procedure
from sdr_dialogue.engine.analysis import analyse
from sdr_dialogue.engine.scripted import respond_to
from sdr_dialogue.engine.understand import Ground, Understanding, understand

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
"""A Monday."""

CLINIC = AccountSettings(
    clinic_name="Bella Pele",
    assistant_name="Sofia",
    time_zone="America/Sao_Paulo",
    clinic_address="Rua Canário, 500, Moema",
    clinic_city="São Paulo - SP",
    near=("Moema", "Vila Mariana", "Centro", "Itaim Bibi"),
    far=("Santo André", "Guarulhos", "Osasco"),
    procedures=(
        Procedure("botox", "Botox", ("toxina",)),
        Procedure("remocao_tatuagem", "Remoção de tatuagem"),
        Procedure("harmonizacao_facial", "Harmonização facial"),
        Procedure("preenchimento_labial", "Preenchimento labial", ("boca",)),
    ),
    frequent_questions=(
        FrequentQuestion("Quanto custa o botox?", "O botox sai a partir de R$ 900."),
        FrequentQuestion("Qual o valor da remoção de tatuagem?", "A remoção custa de R$ 250 por sessão."),
        FrequentQuestion("Vocês parcelam?", "Parcelamos em até 10x."),
        FrequentQuestion("Tem estacionamento?", "Sim, no próprio prédio."),
        FrequentQuestion("Qual o horário de funcionamento?", "De segunda a sexta, das 9h às 19h."),
        FrequentQuestion("A avaliação é paga?", "A avaliação é gratuita."),
        FrequentQuestion("A remoção de tatuagem dói?", "Usamos anestésico tópico."),
    ),
)


def a_fact(kind: FactKind, value: str = "x", level: str = "", **details: object) -> Fact:
    """A fact that the lead said."""
    defaults: dict[str, object] = {
        "evidence": value,
        "source_message_id": 1,
        "confidence": 0.9,
        "source": FactSource.LEAD,
        "set_at": NOW,
    }
    return Fact(kind=kind, value=value, level=level, **(defaults | details))  # type: ignore[arg-type]  # test defaults


def reading(
    text: str,
    asked: FactKind | None = None,
    facts: dict[FactKind, Fact] | None = None,
    *,
    contact_name: str = "",
    bot_line: str = "",
) -> Understanding:
    """What one message tells."""
    ground = Ground(CLINIC, NOW, facts or {}, asked, language_of([text]), contact_name, bot_line)
    return understand((LeadMessage(1, text, NOW),), ground)


def levels(text: str, asked: FactKind | None = None, facts: dict[FactKind, Fact] | None = None) -> dict[str, str]:
    """The published word of each fact that a message tells, with its level, else its value."""
    return {draft.kind.value: draft.level or draft.value for draft in reading(text, asked, facts).drafts}


def a_turn(*messages: str, **details: object) -> TurnContext:
    """A burst; every other part of the context by name."""
    context: dict[str, object] = {"settings": CLINIC, "now": NOW, "greeted": True} | details
    burst = tuple(LeadMessage(100 + index, text, NOW) for index, text in enumerate(messages))
    return TurnContext(messages=burst, **context)  # type: ignore[arg-type]  # test defaults


@dataclass
class Talk:
    """A whole conversation with the scripted engine, kept as the service keeps it."""

    settings: AccountSettings = CLINIC
    contact_name: str = ""
    history: list[Line] = field(default_factory=list)
    facts: dict[FactKind, Fact] = field(default_factory=dict)
    attempts: dict[FactKind, int] = field(default_factory=dict)
    asks: dict[int, FactKind] = field(default_factory=dict)
    asked: FactKind | None = None
    ended: EndReason | None = None
    replies: list[TurnDraft] = field(default_factory=list)
    lead_count: int = 0

    def say(self, *burst: str) -> TurnDraft:
        """The lead writes; the engine answers."""
        first = len(self.history) + 1
        messages = tuple(LeadMessage(first + index, text, NOW) for index, text in enumerate(burst))
        draft = respond_to(
            TurnContext(
                settings=self.settings,
                now=NOW,
                messages=messages,
                history=tuple(self.history[-30:]),
                facts=self.facts,
                attempts=self.attempts,
                asked=self.asked,
                contact_name=self.contact_name,
                already_qualified=self.ended is not None,
                greeted=bool(self.history),
            )
        )
        self.lead_count += len(burst)
        self.history += [Line(Speaker.LEAD, message.text, NOW, message.message_id) for message in messages]
        merged = merge_facts(
            self.facts, draft.facts, now=NOW, settings=self.settings, source=FactSource.LEAD, quotes_from=burst
        )
        self.facts = merged.facts
        if self.ended is None:
            self.ended = end_of(
                self.facts,
                self.attempts,
                disqualification=draft.disqualification,
                lead_message_count=self.lead_count,
                settings=self.settings,
            )
        self.attempts = count_ask(self.attempts, draft.asks)
        self.asked = draft.asks
        if draft.reply:
            line = Line(Speaker.BOT, draft.reply, NOW, len(self.history) + 1)
            self.history.append(line)
            if draft.asks:
                self.asks[line.message_id] = draft.asks
        self.replies.append(draft)
        return draft

    def judged(self) -> AnalysisDraft:
        """The analysis of everything said."""
        return analyse(
            AnalysisContext(
                settings=self.settings,
                now=NOW,
                lines=tuple(self.history),
                facts=self.facts,
                attempts=self.attempts,
                asks=self.asks,
            )
        )

    def level(self, kind: FactKind) -> str:
        """The level that is known; empty: none."""
        return str(self.facts[kind].level) if kind in self.facts else ""
