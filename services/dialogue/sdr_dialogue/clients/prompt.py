"""Prompts out of versioned parts, the account's settings and a conversation; a lead's text is marked as data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from string import Template

from sdr_common.lead import FactKind
from sdr_dialogue.domain.conversation import AnalysisContext, LeadMessage, Line, Speaker, TurnContext
from sdr_dialogue.domain.progress import open_questions
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion
from sdr_dialogue.domain.text import plain

VERSION = "v1"
"""The folder of `sdr_dialogue.prompts` that is in use."""
KNOWLEDGE_LIMIT = 12_000
"""Characters of the knowledge base that go into one prompt: those that fit the conversation best."""
PROCEDURES_LIMIT = 6_000
"""Characters of the list of procedures that go into one prompt."""

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
_ATTACHMENTS = {"image": "imagem", "audio": "áudio sem transcrição", "video": "vídeo", "location": "localização"}


class Prompts:
    """One version of the prompt parts.

    Attributes:
        version: The folder and the first letters of the parts' hash: any change of a word shows.
    """

    def __init__(self, version: str = VERSION) -> None:
        folder = resources.files("sdr_dialogue.prompts").joinpath(version)
        names = ("turn_rules", "facts", "signs", "state", "analysis")
        parts = {name: folder.joinpath(f"{name}.md").read_text(encoding="utf-8") for name in names}
        digest = hashlib.sha256("\x00".join(parts[name] for name in names).encode()).hexdigest()
        self.version = f"{version}-{digest[:8]}"
        self._parts = {name: Template(text) for name, text in parts.items()}

    def turn(self, context: TurnContext) -> tuple[str, str]:
        """Instructions and the lead's side of one turn.

        What seldom changes comes first, so that a provider can keep it.
        """
        values = _account_values(context.settings) | _state_values(context)
        parts = [self._parts[name].substitute(values) for name in ("turn_rules", "facts", "signs", "state")]
        history = "\n".join(_line(line) for line in context.history) or "(nenhuma mensagem antes)"
        burst = "\n".join(_message(message) for message in context.messages)
        said = f"<historico>\n{history}\n</historico>\n<mensagens_do_lead>\n{burst}\n</mensagens_do_lead>"
        return "\n".join(parts), said

    def analysis(self, context: AnalysisContext) -> tuple[str, str]:
        """Instructions and the transcript of one judgement."""
        values = _account_values(context.settings) | {"hoje": _day(context)}
        values["persona"] = ""
        parts = [self._parts[name].substitute(values) for name in ("analysis", "facts")]
        procedures = f"# Procedimentos (código: nome)\n{values['procedimentos']}"
        lines = "\n".join(_line(line) for line in context.lines)
        return "\n".join([*parts, procedures]), f"<conversa>\n{lines}\n</conversa>"


def _account_values(settings: AccountSettings) -> dict[str, str]:
    return {
        "assistente": settings.assistant_name,
        "clinica": settings.clinic_name,
        "endereco": settings.clinic_address or "(não informado)",
        "cidade": settings.clinic_city or "(não informada)",
        "emojis": str(settings.emojis_per_reply),
        "persona": settings.persona or "Acolhedor, claro e direto.",
        "procedimentos": _procedures(settings),
    }


def _procedures(settings: AccountSettings) -> str:
    text, names = "", [f"{item.slug}: {item.name}" for item in settings.procedures]
    for name in names:
        if len(text) + len(name) > PROCEDURES_LIMIT:
            break
        text = f"{text}; {name}" if text else name
    return text or "(lista não informada)"


def _state_values(context: TurnContext) -> dict[str, str]:
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
        "conhecidos": known or "(nenhum)",
        "proximas": "; ".join(_open(kind, context) for kind in asked) or "(nenhuma)",
        "perguntado": context.asked.value if context.asked else "(nenhuma)",
        "conhecimento": _knowledge(context),
    }


def _open(kind: FactKind, context: TurnContext) -> str:
    attempt, own = context.attempts.get(kind, 0), context.settings.questions.get(kind, ())
    wording = f', de preferência com estas palavras: "{own[attempt % len(own)]}"' if own else ""
    return f"{kind.value} (tentativa {attempt + 1} de {context.settings.attempts_per_fact}{wording})"


def _day(context: TurnContext | AnalysisContext) -> str:
    now = context.now
    return f"{_WEEKDAYS[now.weekday()]}, {now:%d/%m/%Y}, {now:%H:%M}"


def _knowledge(context: TurnContext) -> str:
    """What was found for the lead's questions, then what else fits, up to the limit."""
    text = ""
    for passage in dict.fromkeys(passage for found in context.found for passage in found.passages):
        entry = f"- {_data(passage.question or passage.title)} => {_data(passage.text)}\n"
        if len(text) + len(entry) <= KNOWLEDGE_LIMIT:
            text += entry
    words = _words([message.text for message in context.messages])
    recent = _words([line.text for line in context.history[-4:] if line.speaker is Speaker.LEAD])
    ranked = sorted(context.settings.frequent_questions, key=lambda item: _fit(item, words, recent), reverse=True)
    for item in ranked:
        entry = f"- {item.question} => {item.answer}\n"
        if entry not in text and len(text) + len(entry) <= KNOWLEDGE_LIMIT:
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
    return f"[{_SPEAKERS[line.speaker]}{number}] {_data(line.text)}"


def _message(message: LeadMessage) -> str:
    parts: Sequence[str] = [
        _data(message.text),
        *(f"({_ATTACHMENTS.get(t, 'anexo')})" for t in message.attachment_types),
    ]
    text = " ".join(part for part in parts if part)
    return f'<mensagem id="{message.message_id}">{text}</mensagem>'
