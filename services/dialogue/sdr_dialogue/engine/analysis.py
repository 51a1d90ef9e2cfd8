"""The judgement of a whole conversation: read again from the start, each answer after its question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sdr_common.lead import (
    Behaviour,
    Disqualification,
    DisqualificationKind,
    Fact,
    FactKind,
    InterestLevel,
    KnowledgeLevel,
    LocationLevel,
    Sentiment,
    UrgencyLevel,
)
from sdr_dialogue.domain.conversation import (
    AnalysisContext,
    AnalysisDraft,
    FactDraft,
    LeadMessage,
    Line,
    Speaker,
)
from sdr_dialogue.domain.language import language_of
from sdr_dialogue.domain.served_area import CLOSE_TO_CLINIC
from sdr_dialogue.domain.text import cut, plain
from sdr_dialogue.engine.interest import wanted
from sdr_dialogue.engine.speech import in_sentence, listed, shortened
from sdr_dialogue.engine.spelling import spelled_out
from sdr_dialogue.engine.topics import Topic
from sdr_dialogue.engine.understand import Ground, Understanding, understand

_QUESTION_SIGNS: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    (
        FactKind.NAME,
        re.compile(
            r"\b(?:seu nome|te chamar|com quem (?:eu )?falo|como voce se chama|primeiro nome|your name|"
            r"call you|te llamas|tu nombre)\b"
        ),
    ),
    (
        FactKind.LOCATION,
        re.compile(r"\b(?:bairro|cidade|mora|regiao voce|de onde|barrio|ciudad|neighborhood|city|where do you live)\b"),
    ),
    (
        FactKind.KNOWLEDGE,
        re.compile(r"\b(?:pesquis\w+|ja fez|ja conhece|primeira vez|investig\w+|researched|looked into|first time)\b"),
    ),
    (FactKind.URGENCY, re.compile(r"\b(?:quando|pra quando|para quando|essa semana|data|cuando|when|this week)\b")),
    (
        FactKind.INTEREST,
        re.compile(
            r"\b(?:procedimento|tratamento|te interessa|pensando em fazer|gostaria de (?:tratar|melhorar)|"
            r"tratamiento|treatment|procedure)\b"
        ),
    ),
)
_TOPIC_NAMES = {
    Topic.PRICE: "valores",
    Topic.PAYMENT: "formas de pagamento",
    Topic.ADDRESS: "endereço",
    Topic.HOURS: "horário de funcionamento",
    Topic.BOOKING: "agendamento",
    Topic.PAIN: "dor",
    Topic.SESSIONS: "número de sessões",
    Topic.DURATION: "duração",
    Topic.RESULTS: "resultados",
    Topic.SAFETY: "segurança e contraindicações",
    Topic.INSURANCE: "convênio",
    Topic.EVALUATION: "avaliação",
    Topic.PROFESSIONAL: "profissionais",
    Topic.PROMOTION: "descontos",
    Topic.RECOVERY: "recuperação",
    Topic.PARKING: "acesso e estacionamento",
}
_KNOWLEDGE_WORDS = {
    KnowledgeLevel.KNOWS_PRICES: "já fez antes ou conhece os valores",
    KnowledgeLevel.RESEARCHED_A_LITTLE: "já pesquisou um pouco",
    KnowledgeLevel.FIRST_SEARCH: "está pesquisando pela primeira vez",
    KnowledgeLevel.UNKNOWN: "ainda não conhece o procedimento",
}
_PLACE_WORDS = {
    LocationLevel.NEAR: "perto da clínica",
    LocationLevel.FAR: "a 15 km ou mais",
    LocationLevel.OTHER_CITY: "outra cidade",
}
_DISQUALIFIED_WORDS = {
    DisqualificationKind.REFUSAL: "Disse que não tem interesse",
    DisqualificationKind.WRONG_NUMBER: "Escreveu por engano para este número",
    DisqualificationKind.SUPPLIER: "É fornecedor ou oferece parceria",
    DisqualificationKind.JOB_SEEKER: "Procura vaga de trabalho",
    DisqualificationKind.SPAM: "Enviou mensagem de spam",
}


_NOTHING_KNOWN = "O lead ainda não contou quem é nem o que procura."


@dataclass(slots=True)
class _Replay:
    """What the reading has come to; changes as lines pass."""

    facts: dict[FactKind, Fact] = field(default_factory=dict)
    drafts: dict[FactKind, FactDraft] = field(default_factory=dict)
    disqualification: Disqualification | None = None
    topics: list[Topic] = field(default_factory=list)
    asked: Counter[FactKind] = field(default_factory=Counter)
    """How often each fact was asked for."""
    evasion_count: int = 0
    irritated: bool = False
    human: bool = False


def analyse(context: AnalysisContext) -> AnalysisDraft:
    """Read a transcript; a pure function of the context."""
    replay = _Replay()
    asked: FactKind | None = None
    bot_line = ""
    burst: list[Line] = []
    language = language_of([line.text for line in context.lines if line.speaker is Speaker.LEAD])
    for line in context.lines:
        if line.speaker is Speaker.LEAD:
            burst.append(line)
            continue
        _read(replay, burst, context, asked=asked, bot_line=bot_line, language=language)
        burst = []
        asked = _asked_by(line, context.asks) if line.speaker is Speaker.BOT else None
        bot_line = line.text
    _read(replay, burst, context, asked=asked, bot_line=bot_line, language=language)
    behaviour = _behaviour(replay, context)
    return AnalysisDraft(
        facts=tuple(replay.drafts.values()),
        behaviour=behaviour,
        summary=_summary(replay, behaviour, context),
        disqualification=replay.disqualification,
    )


def _read(
    replay: _Replay,
    burst: list[Line],
    context: AnalysisContext,
    *,
    asked: FactKind | None,
    bot_line: str,
    language: str,
) -> None:
    if not burst:
        return
    spoken = language_of([line.text for line in burst]) if language == "pt" else language
    messages = tuple(LeadMessage(line.message_id, line.text, line.said_at) for line in burst)
    ground = Ground(
        settings=context.settings,
        now=_local(burst[-1].said_at, context.now),
        facts=replay.facts,
        asked=asked,
        language=spoken,
        bot_line=bot_line,
        contact_name=_confirmed_name(bot_line),
        asked_before=frozenset(replay.asked),
        times_asked=replay.asked[asked] + 1 if asked else 0,
    )
    understood = understand(messages, ground)
    _note(replay, understood, asked)


def _local(said_at: datetime, now: datetime) -> datetime:
    """When it was said, in the account's zone: "amanhã" counts from then."""
    return said_at.astimezone(now.tzinfo)


def _confirmed_name(bot_line: str) -> str:
    """The name that our line offered: "Posso te chamar de Ana?"."""
    match = re.search(r"(?:te chamar de|Seu nome é|puedo llamar|call you) ([^\W\d_]+)", bot_line)
    return match[1] if match else ""


def _note(replay: _Replay, understood: Understanding, asked: FactKind | None) -> None:
    replay.facts = understood.facts
    for draft in understood.drafts:
        replay.drafts[draft.kind] = draft
    if understood.disqualification is not None:
        replay.disqualification = understood.disqualification
    elif replay.disqualification is not None and any(
        not mention.done for hearing in understood.hearings for mention in wanted(hearing)
    ):
        replay.disqualification = None  # The latest explicit statement wins.
    replay.topics += [question.topic for question in understood.questions if question.topic not in replay.topics]
    replay.irritated = replay.irritated or understood.sentiment is Sentiment.IRRITATED
    if asked is not None:
        replay.asked[asked] += 1
    replay.evasion_count += understood.evasive


def _asked_by(line: Line, asks: Mapping[int, FactKind]) -> FactKind | None:
    """What a line of ours asked for: as recorded, else by its last question."""
    if line.message_id in asks:
        return asks[line.message_id]
    questions = [part for part in re.split(r"(?<=[.!?])\s+", line.text) if part.rstrip().endswith("?")]
    if not questions:
        return None
    last = plain(questions[-1])
    return next((kind for kind, sign in _QUESTION_SIGNS if sign.search(last)), None)


def _behaviour(replay: _Replay, context: AnalysisContext) -> Behaviour:
    if replay.irritated or replay.disqualification is not None:
        return Behaviour.RESISTANT
    exhausted = sum(
        1
        for kind, count in context.attempts.items()
        if count >= context.settings.attempts_per_fact and kind not in replay.facts
    )
    open_count = sum(1 for kind in replay.asked if kind not in replay.facts)
    evades = replay.evasion_count >= 2 or (replay.asked.total() >= 2 and open_count * 2 >= len(replay.asked))
    return Behaviour.EVASIVE if evades or exhausted else Behaviour.COOPERATIVE


def _summary(replay: _Replay, behaviour: Behaviour, context: AnalysisContext) -> str:
    """Two to four Portuguese sentences for a closer."""
    facts = {**{kind: fact for kind, fact in context.facts.items() if fact.locked}, **replay.facts}
    facts |= {kind: fact for kind, fact in context.facts.items() if kind not in facts}
    sentences = [_opening(facts), _circumstances(facts)] if facts else [_NOTHING_KNOWN]
    reason = facts.get(FactKind.MOTIVATION)
    if reason is not None:
        sentences.append(f"Motivação: “{shortened(reason.value, 160).rstrip(' .')}”.")
    if replay.disqualification is not None:
        words = _DISQUALIFIED_WORDS[replay.disqualification.kind]
        sentences.append(f"{words}: “{cut(replay.disqualification.quote, 160)}”.")
    else:
        asked = [_TOPIC_NAMES[topic] for topic in replay.topics if topic in _TOPIC_NAMES][:3]
        about = f"Perguntou sobre {_listed(asked)}; " if asked else ""
        manner = f"comportamento {behaviour.value} na conversa."
        sentences.append(about + (manner if about else manner[:1].upper() + manner[1:]))
    return cut(" ".join(sentence for sentence in sentences if sentence), 1500)


def _opening(facts: Mapping[FactKind, Fact]) -> str:
    name, interest, urgency = (facts.get(kind) for kind in (FactKind.NAME, FactKind.INTEREST, FactKind.URGENCY))
    who = cut(name.value, 80) if name else "Lead que não informou o nome"
    what = "ainda não disse o que procura"
    if interest is not None:
        vague = interest.level == InterestLevel.VAGUE
        what = (
            f"ainda tem um interesse vago (“{cut(interest.value, 120)}”)"
            if vague
            else f"tem interesse em {listed(cut(interest.value, 200), ' e ')}"
        )
    if urgency is None:
        joint = "nem" if interest is None else "e não"
        return f"{who} {what} {joint} informou quando pretende fazer."
    if urgency.level == UrgencyLevel.RESEARCHING:
        return f"{who} {what} e, por enquanto, está só pesquisando, sem data definida."
    return f"{who} {what} e pretende fazer: {in_sentence(spelled_out(cut(urgency.value, 100)))}."


def _circumstances(facts: Mapping[FactKind, Fact]) -> str:
    knowledge, place = facts.get(FactKind.KNOWLEDGE), facts.get(FactKind.LOCATION)
    parts = []
    where = ""
    if knowledge is not None:
        level = KnowledgeLevel(knowledge.level) if knowledge.level else None
        parts.append(
            _KNOWLEDGE_WORDS[level] if level else f"sobre o procedimento, disse: “{cut(knowledge.value, 120)}”"
        )
    if place is not None:
        near = _PLACE_WORDS[LocationLevel(place.level)] if place.level else "local não reconhecido"
        close = place.canonical == CLOSE_TO_CLINIC
        where = "disse que está perto da clínica" if close else f"local: {cut(place.value, 100)} ({near})"
    missing = [
        word
        for kind, word in ((FactKind.KNOWLEDGE, "o que já conhece"), (FactKind.LOCATION, "onde mora"))
        if kind not in facts
    ]
    if missing:
        parts.append(f"não informou {' nem '.join(missing)}")
    text = "; ".join(part for part in (_listed(parts) if parts else "", where) if part)
    return f"{text[:1].upper()}{text[1:]}."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " e " + parts[-1]
