"""The original plugin's settings, as the account document says the same.

Shape: what `GET /api/v1/accounts/{id}/sdr_ia/settings` of the plugin chatwoot-sdr-ia (MIT), releases 1 to 4, answers:
`{"settings": {"sdr_ia": {…}}, "license": {…}}`; the part under `sdr_ia` alone is read as well. A value of another type
than the plugin writes is refused; a key that it never wrote is told, so that nothing is lost in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sdr_gateway.domain.errors import InvalidExport

Json = Mapping[str, Any]  # a foreign document: checked value by value

FACTS = ("nome", "interesse", "urgencia", "conhecimento", "motivacao", "localizacao")
STRATEGIES = ("sequential", "random", "weighted")
PRIORITIES = ("high", "medium", "low")
_CLOSINGS = {"quente": "hot", "morno": "warm", "frio": "cold", "muito_frio": "very_cold"}
_VARIABLES = {"agent_name": "{closer}", "clinic_name": "{clinica}", "lead_name": "{nome}", "nome": "{nome}"}
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}|\{(\w+)\}")
_KEY_FREE = {
    "enabled": "switched on by connecting the account",
    "debug_mode": "log levels are set when the service runs (SDR_LOG_LEVEL)",
    "default_agent_email": "messages are sent by the agent bot, not in a person's name",
    "openai": "keys and models are the operator's: OPENAI_API_KEY and SDR_DIALOGUE_MODEL",
    "prompts": "the product brings its own prompts; put the tone into dialogue.persona",
    "scoring": "points differ (130 in all, five facts); see scoring.facts for a rubric of your own",
    "temperature_thresholds": "thresholds are 90, 50 and 20 of 130; see scoring.thresholds",
}
"""What has no place in the document, and where it belongs."""
_KNOWN = {
    *_KEY_FREE,
    "clinic_name",
    "ai_name",
    "clinic_address",
    "knowledge_base",
    "perguntas_etapas",
    "teams",
    "procedimentos",
    "reconduzir",
    "round_robin",
    "closing_messages",
}


@dataclass(frozen=True, slots=True)
class Converted:
    """An export, understood."""

    document: dict[str, Any]
    """The account document, to be written as YAML."""
    knowledge: str
    """The knowledge base, a text for `sdr_dialogue knowledge add`; may be empty."""
    taken: tuple[str, ...]
    """Keys whose values are in the document."""
    left: tuple[tuple[str, str], ...]
    """Key and reason of what is not."""
    unknown: tuple[str, ...]
    """Keys that the plugin never wrote."""


@dataclass(slots=True)
class _Reading:
    """What was understood so far."""

    teams: Mapping[int, str]
    document: dict[str, Any] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def put(self, key: str, part: str, name: str, value: object) -> None:
        """Takes a value into a part of the document."""
        self.document.setdefault(part, {})[name] = value
        if key not in self.taken:
            self.taken.append(key)

    def leave(self, key: str, why: str) -> None:
        """Tells what has no place."""
        self.left.append((key, why))


def convert_export(export: object, *, teams: Mapping[int, str], time_zone: str) -> Converted:
    """Read an export.

    Args:
        export: The parsed JSON.
        teams: Names of Chatwoot's teams by id, for those that the export names by id.
        time_zone: IANA name; the plugin had none.

    Raises:
        InvalidExport: it is no export of the plugin's, or a value has another type than the plugin writes.
    """
    settings = _settings_of(export)
    reading = _Reading(teams)
    for key, read in _READERS.items():
        if settings.get(key) is not None:
            read(reading, f"sdr_ia.{key}", settings[key])
    for key, why in _KEY_FREE.items():
        if settings.get(key) is not None:
            reading.leave(f"sdr_ia.{key}", why)
    clinic = reading.document.setdefault("clinic", {})
    clinic.setdefault("assistant_name", "Assistente")
    clinic["time_zone"] = time_zone
    if not clinic.get("name"):
        raise InvalidExport("sdr_ia.clinic_name", "is missing: it is what leads read")
    order = ("clinic", "dialogue", "scoring", "routing", "gateway")
    knowledge = settings.get("knowledge_base")
    return Converted(
        document={part: reading.document[part] for part in order if part in reading.document},
        knowledge=_text("sdr_ia.knowledge_base", knowledge) if knowledge is not None else "",
        taken=tuple(reading.taken),
        left=tuple(reading.left),
        unknown=tuple(f"sdr_ia.{key}" for key in settings if key not in _KNOWN),
    )


def _settings_of(export: object) -> Json:
    if not isinstance(export, Mapping):
        raise InvalidExport("document", "must be a JSON object")
    found = export.get("settings", export)
    found = found.get("sdr_ia") if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        raise InvalidExport("document", 'has no "sdr_ia": save the answer of …/sdr_ia/settings as it is')
    return found


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidExport(key, f"must be a text, not {type(value).__name__}")
    return value.strip()


def _mapping(key: str, value: object) -> Json:
    if not isinstance(value, Mapping):
        raise InvalidExport(key, f"must be an object, not {type(value).__name__}")
    return value


def _list(key: str, value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise InvalidExport(key, f"must be a list, not {type(value).__name__}")
    return value


def _number(key: str, value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"\d{1,18}", value):  # forms of the web post numbers as text
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidExport(key, f"must be a whole number, not {type(value).__name__}")
    return value


def _clinic(name: str, limit: int) -> Callable[[_Reading, str, object], None]:
    def read(reading: _Reading, key: str, value: object) -> None:
        text = " ".join(_text(key, value).split())
        if len(text) > limit:
            raise InvalidExport(key, f"has {len(text)} characters; at most {limit} are taken")
        if text:
            reading.put(key, "clinic", name, text)

    return read


def _questions(reading: _Reading, key: str, value: object) -> None:
    questions = []
    for fact, text in _mapping(key, value).items():
        if fact not in FACTS:
            reading.leave(f"{key}.{fact}", "no such fact")
        elif asked := _text(f"{key}.{fact}", text):
            questions.append({"fact": fact, "text": asked})
    if questions:
        reading.put(key, "dialogue", "questions", questions)


def _procedures(reading: _Reading, key: str, value: object) -> None:
    found: dict[str, str] = {}
    for number, item in enumerate(_list(key, value)):
        name = _text(f"{key}[{number}]", item)
        slug = _slug(name)
        if not slug:
            reading.leave(f"{key}[{number}]", "has no letters")
        elif slug in found:
            reading.leave(f"{key}[{number}]", "stands twice")
        else:
            found[slug] = name
    if found:
        reading.put(
            key,
            "dialogue",
            "procedures",
            [{"slug": slug, "name": name, "synonyms": []} for slug, name in found.items()],
        )


def _teams(reading: _Reading, key: str, value: object) -> None:
    rules = []
    for name, team_id in _mapping(key, value).items():
        temperature = name.removesuffix("_team_id")
        if temperature not in ("quente", "morno"):
            reading.leave(f"{key}.{name}", "no such rule")
        elif team_id is not None:
            number = _number(f"{key}.{name}", team_id)
            if number in reading.teams:
                rules.append({"temperatures": [temperature], "team": reading.teams[number]})
            else:
                reading.leave(f"{key}.{name}", f"name that team: --team {number}=NAME, as Chatwoot shows it")
    if rules:
        reading.put(key, "routing", "team_rules", rules)


def _attempts(reading: _Reading, key: str, value: object) -> None:
    found = _mapping(key, value)
    if found.get("max_tentativas") is not None:
        attempts = _number(f"{key}.max_tentativas", found["max_tentativas"])
        if 1 <= attempts <= 5:
            reading.put(f"{key}.max_tentativas", "dialogue", "attempts_per_fact", attempts)
        else:
            reading.leave(f"{key}.max_tentativas", f"is {attempts}; 1 to 5 are possible, 3 is the default")
    if found.get("delay_segundos") is not None:
        reading.leave(f"{key}.delay_segundos", "bursts are waited for by gateway.coalesce_idle, 2 s")


def _round_robin(reading: _Reading, key: str, value: object) -> None:
    found = _mapping(key, value)
    strategy = found.get("strategy") or "sequential"
    if strategy not in STRATEGIES:
        raise InvalidExport(f"{key}.strategy", f"must be one of {', '.join(STRATEGIES)}")
    reading.put(key, "routing", "closer_strategy", strategy if found.get("enabled") is True else "none")
    closers = [
        _closer(f"{key}.closers[{number}]", item)
        for number, item in enumerate(_list(f"{key}.closers", found.get("closers") or []))
    ]
    if closers:
        reading.put(key, "routing", "closers", closers)


def _closer(key: str, value: object) -> dict[str, object]:
    found = _mapping(key, value)
    name, email = _text(f"{key}.name", found.get("name")), _text(f"{key}.email", found.get("email"))
    priority = found.get("priority") or "low"  # as the plugin counted one without
    if priority not in PRIORITIES:
        raise InvalidExport(f"{key}.priority", f"must be one of {', '.join(PRIORITIES)}")
    closer: dict[str, object] = {"name": name, "email": email, "priority": priority}
    return closer | {"inactive": True} if found.get("active") is False else closer


def _closing(reading: _Reading, key: str, value: object) -> None:
    closing = {}
    for temperature, template in _mapping(key, value).items():
        place = f"{key}.{temperature}"
        text = _text(place, template)
        if temperature not in _CLOSINGS:
            reading.leave(place, "no such temperature")
            continue
        names = {found[1] or found[2] for found in _VARIABLE.finditer(text)}
        if unknown := names - _VARIABLES.keys() - {"clinica", "closer", "procedimento"}:
            reading.leave(place, f"has variables that there are not: {', '.join(sorted(unknown))}")
            continue
        closing[_CLOSINGS[temperature]] = _VARIABLE.sub(_replaced, text)
    if closing:
        reading.put(key, "routing", "closing", closing)


def _replaced(found: re.Match[str]) -> str:
    name = found[1] or found[2]
    return _VARIABLES.get(name, f"{{{name}}}")


def _slug(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")[:60].rstrip("_")


_READERS: Mapping[str, Callable[[_Reading, str, object], None]] = {
    "clinic_name": _clinic("name", 120),
    "ai_name": _clinic("assistant_name", 60),
    "clinic_address": _clinic("address", 300),
    "perguntas_etapas": _questions,
    "procedimentos": _procedures,
    "reconduzir": _attempts,
    "teams": _teams,
    "round_robin": _round_robin,
    "closing_messages": _closing,
}
