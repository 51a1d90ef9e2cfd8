"""A text as the terms that are searched: stems of its words, and the concepts that its words stand for.

Leads write without accents and with one letter for three; Postgres's own Portuguese stemmer needs the accents
(`depilação` and `depilacao` do not meet there). Folding first and stemming lightly here makes both sides meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sdr_dialogue.domain.concepts import CONCEPTS
from sdr_dialogue.domain.text import fold, words

ANALYSIS = 1
"""Counts changes of what a text's terms are; documents that were cut by an earlier one are indexed anew."""

_WORD = re.compile(r"r\$|[a-z0-9]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_SHORT = {
    "vc": "voce", "vcs": "voces", "ce": "voce", "qnt": "quanto", "qto": "quanto", "qnto": "quanto", "qt": "quanto",
    "qtos": "quantos", "qtas": "quantas", "qnts": "quantas", "pra": "para", "pro": "para", "p": "para", "pq": "porque",
    "tb": "tambem", "tbm": "tambem", "hj": "hoje", "ta": "esta", "to": "estou", "tou": "estou", "q": "que", "oq": "que",
    "eh": "e", "n": "nao", "nn": "nao", "pf": "favor", "pfv": "favor", "msm": "mesmo", "hr": "horas", "hrs": "horas",
    "min": "minutos", "end": "endereco", "av": "avenida", "seg": "segunda", "sab": "sabado", "dom": "domingo",
}  # fmt: skip
STOP = words(
    """a o as os um uma uns umas de do da dos das em no na nos nas e ou que se com por pelo pela pelos pelas para como
    qual quais quanto quantos quanta quantas onde quando quem voce voces eu me mim meu minha meus minhas seu sua seus
    suas e sao ser era foi esta estao estou tem tenho temos ter ha havia fazer fazem faz faco fiz fazemos quero queria
    gostaria saber oi ola bom boa dia tarde noite favor ai aqui la isso esse essa esses essas este esta isto aquele
    muito muita muitos mais menos ja nao sim posso pode podem poderia podemos preciso precisa precisam clinica vou vai
    vao ir vir tudo bem so tambem mesmo mesma ainda depois antes ate entre sobre sem sob entao porque porem mas la dele
    dela deles ele ela eles elas nos lhe te ti tu foi ser sendo seria sei sabe saber alguma algum alguns algumas outro
    outra outros outras cada todo toda todos todas hoje amanha agora dar da dao deu consegue consigo conseguem quer
    vez vezes coisa gente pessoa pessoas informacao informacoes duvida pergunta obrigada obrigado procedimento
    procedimentos tratamento tratamentos fazendo feito feita me passa manda mandar tipo assim tal quanto tempo
    trabalham trabalhamos oferecem usam usamos usa usar existe gostei vcs ne ok alo mesmo moca querida amor linda sr sra
    ficar fica ficam ficou sai saem dar acho quero hein viu tira tao"""
)

PROCEDURE = "p:"
"""Begins the term of a procedure that is named."""
CONCEPT = "c:"
"""Begins the term of a concept."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text is about."""

    stems: frozenset[str]
    """Stems of its words, without those that say nothing."""
    concepts: frozenset[str]
    loose: frozenset[str]
    """Stems of words that no concept stands for."""

    @property
    def lexemes(self) -> frozenset[str]:
        """What a full-text index keeps of it."""
        return self.stems | {CONCEPT + name for name in self.concepts}


def lexemes_of(title: str, text: str) -> frozenset[str]:
    """What a full-text index keeps of a passage."""
    return terms_of(title).lexemes | terms_of(text).lexemes


def plain_words(text: str) -> str:
    """Folded words with single spaces, abbreviations written out, a space at each end."""
    found = (_REPEATED.sub(r"\1", word) for word in _WORD.findall(fold(text)))
    return f" {' '.join(_SHORT.get(word, word) for word in found)} "


@lru_cache(maxsize=4096)
def terms_of(text: str) -> Terms:
    """The terms of a text."""
    said = plain_words(text)
    covered: set[str] = set()
    concepts: set[str] = set()
    for name, pattern in CONCEPTS.items():
        for match in pattern.finditer(said):
            concepts.add(name)
            covered.update(match.group().split())
    every = [word for word in said.split() if word not in STOP and len(word) > 1]
    return Terms(
        frozenset(stem(word) for word in every),
        frozenset(concepts),
        frozenset(stem(word) for word in every if word not in covered),
    )


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A folded word without its plural, gender and most of its conjugation: depilação, depilar, depilada meet."""
    if not word.isalpha() or len(word) < 4:
        return word
    for ending, instead in (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("ois", "ol"), ("ns", "m")):
        if word.endswith(ending):
            word = word[: -len(ending)] + instead
            break
    else:
        if word.endswith(("res", "zes")):
            word = word[:-2]
        elif word.endswith("s") and not word.endswith("ss"):
            word = word[:-1]
    word = word.replace("z", "s").replace("ss", "s").replace("y", "i").replace("k", "c")[:6]
    if word.endswith("r") and len(word) > 4:
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "aeiou" else word
