"""Prompts out of versioned parts, the account's settings and a conversation; a lead's text is marked as data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from string import Template

from sdr_common.lead import FactKind
from sdr_dialogue.clients.tokens import (
    BURST_LIMIT,
    CHARACTERS_PER_TOKEN,
    LINE_LIMIT,
    MESSAGE_LIMIT,
    estimate,
    newest_within,
    shortened_middle,
)
from sdr_dialogue.domain.conversation import AnalysisContext, LeadMessage, Line, Speaker, TurnContext
from sdr_dialogue.domain.progress import open_questions
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion, Tone
from sdr_dialogue.domain.speech_checks import shingles
from sdr_dialogue.domain.text import plain
from sdr_dialogue.domain.turn import HISTORY_LINES

VERSION = "v1"
"""The folder of `sdr_dialogue.prompts` that is in use."""
BUDGET_TOKENS = 8_000
"""Estimated tokens of a turn's prompt at most; a judgement's transcript may have three times as many."""
KNOWLEDGE_LIMIT = 12_000
"""Characters of the knowledge base that go into one prompt: those that fit the conversation best."""
PROCEDURES_LIMIT = 6_000
"""Characters of the list of procedures that go into one prompt."""

_PARTS = ("turn_rules", "facts", "signs", "clinic", "state", "analysis")
_TURN_PARTS = ("turn_rules", "facts", "signs", "clinic")
_ANALYSIS_PARTS = ("analysis", "facts", "clinic")
_PRIVATE = ("turn_rules", "facts", "signs", "analysis")
_LINES_AT_LEAST = 4
"""Lines of the history that are kept whatever they cost."""
_SPEAKERS = {Speaker.LEAD: "lead", Speaker.BOT: "assistente", Speaker.HUMAN: "equipe"}
_WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)
_TONES = {
    Tone.WARM: "acolhedor: caloroso e próximo.",
    Tone.DIRECT: "direto: só o necessário, sem comentários nem emojis.",
    Tone.FORMAL: "formal: português cuidado, sem gírias nem emojis.",
}
_ATTACHMENTS = {"image": "imagem", "audio": "áudio sem transcrição", "video": "vídeo", "location": "localização"}


@dataclass(frozen=True, slots=True)
class PromptPart:
    """One part of a prompt as it was sent."""

    name: str
    text: str
    tokens: int
    """Estimated; see `clients.tokens`."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, what seldom changes first: a provider keeps the beginning that it has seen before."""

    fixed: tuple[PromptPart, ...]
    """Instructions: the same for every turn of an account's settings."""
    varying: tuple[PromptPart, ...]
    """State, history and messages: data."""

    @property
    def instructions(self) -> str:
        """The system's side."""
        return "\n".join(part.text for part in self.fixed)

    @property
    def said(self) -> str:
        """The user's side."""
        return "\n".join(part.text for part in self.varying)

    @property
    def parts(self) -> tuple[PromptPart, ...]:
        """All of it, in order."""
        return (*self.fixed, *self.varying)

    @property
    def tokens(self) -> int:
        """Estimated, all parts together."""
        return sum(part.tokens for part in self.parts)


class Prompts:
    """One version of the prompt parts.

    Args:
        version: The folder.
        budget_tokens: Estimated tokens of a turn's prompt at most; see `turn` for what is left out then.

    Attributes:
        version: The folder and the first letters of the parts' hash: any change of a word shows.
        private: Words in a row that only these instructions have; no reply may contain them.
    """

    def __init__(self, version: str = VERSION, budget_tokens: int = BUDGET_TOKENS) -> None:
        folder = resources.files("sdr_dialogue.prompts").joinpath(version)
        parts = {name: folder.joinpath(f"{name}.md").read_text(encoding="utf-8") for name in _PARTS}
        digest = hashlib.sha256("\x00".join(parts[name] for name in _PARTS).encode()).hexdigest()
        self.version = f"{version}-{digest[:8]}"
        self.private = frozenset().union(*(shingles(line) for name in _PRIVATE for line in parts[name].splitlines()))
        self._parts = {name: Template(text) for name, text in parts.items()}
        self._budget = budget_tokens

    def turn(self, context: TurnContext) -> Prompt:
        """One turn's prompt, within the budget.

        Messages and lines that are very long lose their middle. What does not fit then is left out in this order:
        the oldest lines of the history beyond four, the knowledge that fits the conversation least.
        """
        values = _account_values(context.settings)
        fixed = tuple(_part(name, self._parts[name].substitute(values)) for name in _TURN_PARTS)
        burst = _part("messages", _fenced("mensagens_do_lead", _burst(context.messages)))
        lines = [_line(line) for line in context.history[-HISTORY_LINES:]]
        state = self._state(context, KNOWLEDGE_LIMIT)
        left = self._budget - sum(part.tokens for part in (*fixed, burst, state))
        kept = newest_within(lines, left)
        if len(kept) < min(len(lines), _LINES_AT_LEAST):
            kept = lines[-_LINES_AT_LEAST:]
            over = sum(estimate(line) + 1 for line in kept) - left
            state = self._state(context, max(0, KNOWLEDGE_LIMIT - int(over * CHARACTERS_PER_TOKEN)))
        history = _part("history", _fenced("historico", "\n".join(kept) or "(nenhuma mensagem antes)"))
        return Prompt(fixed, (state, history, burst))

    def _state(self, context: TurnContext, knowledge_limit: int) -> PromptPart:
        return _part("state", self._parts["state"].substitute(_state_values(context, knowledge_limit)).strip())

    def analysis(self, context: AnalysisContext) -> Prompt:
        """One judgement's prompt: its transcript, of which the newest lines are kept."""
        values = _account_values(context.settings)
        fixed = tuple(_part(name, self._parts[name].substitute(values)) for name in _ANALYSIS_PARTS)
        today = _part("state", _fenced("situacao", f"Hoje: {_day(context)}"))
        lines = newest_within([_line(line) for line in context.lines], 3 * self._budget)
        return Prompt(fixed, (today, _part("history", _fenced("conversa", "\n".join(lines)))))


def _part(name: str, text: str) -> PromptPart:
    return PromptPart(name, text, estimate(text))


def _fenced(mark: str, text: str) -> str:
    return f"<{mark}>\n{text}\n</{mark}>"


def _account_values(settings: AccountSettings) -> dict[str, str]:
    return {
        "assistente": settings.called,
        "clinica": settings.clinic_name,
        "endereco": settings.clinic_address or "(não informado)",
        "cidade": settings.clinic_city or "(não informada)",
        "emojis": str(settings.emojis),
        "persona": settings.persona or "Acolhedor, claro e direto.",
        "tom": _TONES[settings.tone],
        "regras": "\n".join(f"- {rule}" for rule in settings.guardrails) or "(nenhuma)",
        "palavras": "; ".join(f'diga "{item.use}", nunca "{item.avoid}"' for item in settings.vocabulary) or "(livre)",
        "procedimentos": _procedures(settings),
    }


def _procedures(settings: AccountSettings) -> str:
    text, names = "", [f"{item.slug}: {item.name}" for item in settings.procedures]
    for name in names:
        if len(text) + len(name) > PROCEDURES_LIMIT:
            break
        text = f"{text}; {name}" if text else name
    return text or "(lista não informada)"


def _state_values(context: TurnContext, knowledge_limit: int) -> dict[str, str]:
    known = "; ".join(
        f"{kind.value} = {_data(fact.value)}{' (definido pela equipe)' if fact.locked else ''}"
        for kind, fact in context.facts.items()
    )
    asked = [] if context.already_qualified else open_questions(context.facts, context.attempts, context.settings)
    return {
        "hoje": _day(context),
        "situacao": "já qualificado" if context.already_qualified else "em atendimento",
        "cumprimentou": "sim" if context.greeted else "não",
        "perfil": _data(context.contact_name) or "(sem nome)",
        "anteriores": _earlier(context),
        "conhecidos": known or "(nenhum)",
        "proximas": "; ".join(_open(kind, context) for kind in asked) or "(nenhuma)",
        "perguntado": context.asked.value if context.asked else "(nenhuma)",
        "conhecimento": _knowledge(context, knowledge_limit),
    }


def _earlier(context: TurnContext) -> str:
    """A line per earlier conversation of the lead."""
    told = (f"{one.began_at:%d/%m/%Y}: {_data(one.summary) or '(sem resumo)'}" for one in context.earlier)
    return "; ".join(told) or "(nenhuma)"


def _open(kind: FactKind, context: TurnContext) -> str:
    attempt, own = context.attempts.get(kind, 0), context.settings.questions.get(kind, ())
    wording = f', de preferência com estas palavras: "{own[attempt % len(own)]}"' if own else ""
    return f"{kind.value} (tentativa {attempt + 1} de {context.settings.attempts_per_fact}{wording})"


def _day(context: TurnContext | AnalysisContext) -> str:
    now = context.now
    return f"{_WEEKDAYS[now.weekday()]}, {now:%d/%m/%Y}, {now:%H:%M}"


def _knowledge(context: TurnContext, limit: int) -> str:
    """What was found for the lead's questions, then what else fits, up to the limit."""
    text = ""
    for passage in dict.fromkeys(passage for found in context.found for passage in found.passages):
        entry = f"- {_data(passage.question or passage.title)} => {_data(passage.text)}\n"
        if len(text) + len(entry) <= limit:
            text += entry
    words = _words([message.text for message in context.messages])
    recent = _words([line.text for line in context.history[-4:] if line.speaker is Speaker.LEAD])
    ranked = sorted(context.settings.frequent_questions, key=lambda item: _fit(item, words, recent), reverse=True)
    for item in ranked:
        entry = f"- {item.question} => {item.answer}\n"
        if entry not in text and len(text) + len(entry) <= limit:
            text += entry
    return text or "(vazia)"


def _fit(item: FrequentQuestion, words: frozenset[str], recent: frozenset[str]) -> int:
    own = _words_of(f"{item.question} {item.answer}")
    return 3 * len(own & words) + len(own & recent)


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in plain(text).split() if len(word) > 3)


@lru_cache(maxsize=4096)
def _words_of(text: str) -> frozenset[str]:
    return _words([text])


def _data(text: str) -> str:
    """A text that cannot close or open one of our marks."""
    return text.replace("<", "‹").replace(">", "›").strip()


def _line(line: Line) -> str:
    number = f" {line.message_id}" if line.message_id else ""
    return f"[{_SPEAKERS[line.speaker]}{number}] {_data(shortened_middle(line.text, LINE_LIMIT))}"


def _burst(messages: Sequence[LeadMessage]) -> str:
    texts: list[str] = []
    left = BURST_LIMIT
    for message in reversed(messages):
        text = _message(message)
        left -= len(text)
        if left < 0 and texts:
            break
        texts.append(text)
    return "\n".join(reversed(texts))


def _message(message: LeadMessage) -> str:
    parts: Sequence[str] = [
        _data(shortened_middle(message.text, MESSAGE_LIMIT)),
        *(f"({_ATTACHMENTS.get(t, 'anexo')})" for t in message.attachment_types),
    ]
    text = " ".join(part for part in parts if part)
    return f'<mensagem id="{message.message_id}">{text}</mensagem>'
