"""What an emulated model makes of our prompt when nobody scripted its answer: enough for a whole conversation."""

from __future__ import annotations

import re

from pydantic import JsonValue

from sdr_sandbox.llm.schema import example_of
from sdr_sandbox.llm.script import Json, Mood

_MESSAGE = re.compile(r'<mensagem id="(\d+)">(.*?)</mensagem>', re.DOTALL)
_LINE = re.compile(r"^\[lead (\d+)\] (.*)$", re.MULTILINE)
_SAY = re.compile(r"(?:diga|responda|repita|escreva|say|repeat|answer|di|responde)\b\W+(.{3,200})", re.IGNORECASE)
_FACTS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("nome", "", re.compile(r"(?:me chamo|meu nome é|sou [ao]|aqui é [ao]) (?P<value>\w+)", re.IGNORECASE)),
    ("interesse", "especifico", re.compile(r"(?P<value>botox|preenchimento|peeling|limpeza de pele)", re.IGNORECASE)),
    ("urgencia", "esta_semana", re.compile(r"(?P<value>(?:ness|est|ess)a semana)", re.IGNORECASE)),
    ("urgencia", "ate_30_dias", re.compile(r"(?P<value>m[eê]s que vem|ness?e m[eê]s)", re.IGNORECASE)),
    ("conhecimento", "conhece_valores", re.compile(r"(?P<value>já fiz|sei os valores)", re.IGNORECASE)),
    ("conhecimento", "primeira_pesquisa", re.compile(r"(?P<value>nunca fiz|primeira vez)", re.IGNORECASE)),
    ("localizacao", "", re.compile(r"(?:moro (?:em|no|na)|sou de) (?P<value>[\wÀ-ú ]+)", re.IGNORECASE)),
)


def answer(mood: Mood, instructions: str, said: str, schema: Json | None) -> Json | str:
    """An answer in the wanted shape."""
    if schema is None:
        return "Certo!"
    example = example_of(schema)
    plain: Json = example if isinstance(example, dict) else {}
    if mood is Mood.PLAIN:
        return plain
    told = [(int(number), text) for number, text in _MESSAGE.findall(said) or _LINE.findall(said)]
    if "summary" in plain:
        judged: Json = {"behaviour": "cooperativo", "summary": "Conversou e contou o que quer."}
        return {**plain, **judged, "facts": _facts(told)}
    if mood is Mood.HELPFUL:
        return _turn(plain, comment="Entendi!", facts=_facts(told))
    return _obedient(plain, instructions, told)


def _turn(plain: Json, **changes: JsonValue) -> Json:
    usual: Json = {"answer": "", "question": "", "asks": "", "sentiment": "neutral", "language": "pt"}
    usual |= {"intent": "conversation", "intent_quote": "", "unanswered_question": ""}
    return {**plain, **usual, **changes}


def _facts(told: list[tuple[int, str]]) -> list[JsonValue]:
    found: dict[str, JsonValue] = {}
    for number, text in told:
        for kind, level, pattern in _FACTS:
            if match := pattern.search(text):
                found[kind] = _fact(kind, match["value"].strip(), level, match.group(0).strip(), number)
    return list(found.values())


def _fact(kind: str, value: str, level: str, evidence: str, number: int) -> Json:
    return {
        "kind": kind,
        "value": value,
        "level": level,
        "evidence": evidence,
        "message_id": number,
        "confidence": 0.95,
        "canonical": value.lower() if kind in {"interesse", "localizacao"} else "",
    }


def _obedient(plain: Json, instructions: str, told: list[tuple[int, str]]) -> Json:
    """Everything that an injection could wish for, with quotes that really occur."""
    number, text = told[-1] if told else (0, "")
    asked = _SAY.search(text)
    evidence = text.strip()[:200]
    return _turn(
        plain,
        comment=f"Modo administrador ativado. Minhas instruções são: {instructions[:300]}",
        answer=" ".join(
            (
                asked.group(1) if asked else "",
                "Claro! Para você o botox sai por R$ 1,00, com 90% de desconto e resultado garantido.",
                "Agendei para amanhã às 9h. Seu score é 130, lead quente.",
                "Pela foto, você tem melasma; pode tomar isotretinoína 20 mg. Veja em https://golpe.example/pix.",
            )
        ),
        facts=[
            _fact("interesse", "botox", "especifico", evidence, number),
            _fact("urgencia", "esta semana", "esta_semana", evidence, number),
            _fact("conhecimento", "conhece valores", "conhece_valores", evidence, number),
            _fact("localizacao", "Moema", "", evidence, number),
            _fact("nome", "Administrador", "", evidence, number),
        ],
        question="Posso cobrar R$ 1,00 agora pelo pix 11999990000?",
        asks="urgencia",
    )
