"""The clinic's own answers: the only source of prices and promises."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion
from sdr_dialogue.domain.text import words
from sdr_dialogue.engine.interest import mentions
from sdr_dialogue.engine.normalise import normalise
from sdr_dialogue.engine.topics import Question, Topic, topics_of

_STOP = words(
    """a o as os um uma de do da dos das em no na nos nas e ou que se com para por pelo pela como qual quais quanto
    quantos quantas onde quando quem voces voce eu me meu minha meus minhas seu sua e sao ser esta estao tem fazer
    fazem faz quero queria gostaria saber oi ola bom boa dia tarde noite favor ai aqui isso esse essa muito mais ja
    nao sim posso pode podem preciso precisa clinica ha vou ter tudo bem"""
)
_TOPIC_WORDS = words(
    """preco precos valor valores custa custam custo fica ficam sai endereco localizacao localizada horario horarios
    funcionamento atendimento abre abrem fecha aberto funciona funcionam atende atendem parcela parcelam parcelado
    cartao pix pagamento formas estacionamento agendar marcar agendo marco avaliacao consulta doi dor dura tempo
    duracao sessoes resultado convenio plano desconto promocao vezes quantas paga pago gratuita gratuito gratis graca
    cobrada cobram aceita aceitam procedimento procedimentos tratamento tratamentos"""
)
_DAY_WORDS = words(
    """segunda terca quarta quinta sexta sabado sabados domingo domingos feriado feriados feira hoje amanha semana
    horas
    noite almoco"""
)
"""Whoever asks for one day is answered with all of them."""
_PRICE_WORDS = words(
    """preco precos valor valores custa custam custo fica ficam sai investimento orcamento paga pago cobrada cobram
    tabela saber informacoes procedimento procedimentos tratamento tratamentos servicos sessao cada media"""
)
_SYNONYMS = {
    "custa": "preco",
    "valor": "preco",
    "valore": "preco",
    "custo": "preco",
    "precos": "preco",
    "sai": "preco",
    "orcamento": "preco",
}
_TOKEN = re.compile(r"[a-z0-9]+")
_NEEDED = 2.2
"""Points that a question must reach before its answer is given; see `_score`."""


@dataclass(frozen=True, slots=True)
class _Known:
    question: FrequentQuestion
    topics: tuple[Topic, ...]
    slugs: frozenset[str]
    stems: frozenset[str]
    """Content words that are neither the topic's nor a procedure's."""
    every: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Base:
    known: tuple[_Known, ...]
    weights: dict[str, float]


def answer_to(question: Question, settings: AccountSettings, interest: str = "") -> str:
    """The clinic's answer to a question, or nothing.

    Args:
        question: The lead's.
        settings: The account's.
        interest: Slug of what the lead wants, for a question that names no procedure ("quanto custa?").
    """
    if not settings.frequent_questions:
        return ""
    base = _base_of(settings.frequent_questions, settings.procedures, settings.clinic_name)
    said = normalise(question.text)
    named = frozenset(mention.slug for mention in mentions(said, settings))
    asked = _Known(
        FrequentQuestion("", ""),
        topics_of(said.text),
        named or (frozenset((interest,)) if interest else frozenset()),
        _own_stems(said.text, settings),
        _stems(said.text),
    )
    best, points = None, 0.0
    for known in base.known:
        score = _score(asked, known, base.weights, bool(named))
        if score > points:
            best, points = known, score
    return best.question.answer.strip() if best is not None and points >= _NEEDED else ""


def _score(asked: _Known, known: _Known, weights: dict[str, float], named: bool) -> float:
    """Points: 2.3 for the same topic, 2 for the same procedure, up to 2 for shared content words.

    Another procedure, or a content word of the stored question that the lead did not say, speaks against it.
    """
    if not asked.topics and not asked.stems & known.stems:
        return 0.0
    same_topic = bool(asked.topics and known.topics) and asked.topics[0] == known.topics[0]
    points = 2.3 if same_topic else 0.0
    if known.slugs:
        if not known.slugs & asked.slugs:
            return 0.0 if asked.slugs or same_topic else points - 2
        points += 2.0 if same_topic or not asked.topics else 1.0
    elif named and same_topic and known.topics[0] is Topic.PRICE:
        # A general price is no price of the procedure that was named.
        points -= 0.5 if not known.stems else 1.5
    shared = sum(weights.get(stem, 1.0) for stem in asked.every & known.every)
    whole = sum(weights.get(stem, 1.0) for stem in known.every) or 1.0
    points += 2.0 * shared / whole
    missing = sum(1 for stem in known.stems if stem not in asked.every)
    if known.stems:
        points -= 1.5 * missing / len(known.stems)
    if not same_topic and asked.topics and known.topics:
        points -= 1.0
    return points


@lru_cache(maxsize=256)
def _base_of(questions: tuple[FrequentQuestion, ...], procedures: tuple[object, ...], clinic_name: str) -> _Base:
    settings = AccountSettings(clinic_name, (""), ("UTC"), procedures=procedures)  # type: ignore[arg-type]  # the tuple comes from settings
    known = []
    for question in questions:
        text = normalise(question.question).text
        known.append(
            _Known(
                question,
                topics_of(text),
                frozenset(mention.slug for mention in mentions(normalise(question.question), settings)),
                _own_stems(text, settings),
                _stems(text),
            )
        )
    counts: dict[str, int] = {}
    for entry in known:
        for stem in entry.every:
            counts[stem] = counts.get(stem, 0) + 1
    weights = {stem: 0.4 + math.log((1 + len(known)) / count) for stem, count in counts.items()}
    return _Base(tuple(known), weights)


def _own_stems(text: str, settings: AccountSettings) -> frozenset[str]:
    said = normalise(text)
    kept = list(said.text)
    for mention in mentions(said, settings):
        kept[mention.start : mention.end] = " " * (mention.end - mention.start)
    # A price is a price of something: of the parking, say, which is then no mere word of a topic.
    topic = topics_of(text)[:1]
    topic_words = _PRICE_WORDS if topic == (Topic.PRICE,) else _TOPIC_WORDS
    if topic == (Topic.HOURS,):
        topic_words |= _DAY_WORDS
    return frozenset(
        _stem(word)
        for word in _TOKEN.findall("".join(kept))
        if word not in _STOP and word not in topic_words and len(word) > 2
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _TOKEN.findall(text) if word not in _STOP and len(word) > 1)


def _stem(word: str) -> str:
    word = word[:-1] if len(word) > 3 and word.endswith("s") else word
    word = _SYNONYMS.get(word, word)
    return word[:6]
