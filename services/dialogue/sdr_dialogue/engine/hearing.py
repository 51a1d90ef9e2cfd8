"""One message of the lead with everything that its meaning depends on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sdr_common.lead import Fact, FactKind
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import words
from sdr_dialogue.engine.normalise import Normalised

_CORRECTION = re.compile(
    r" (?:na verdade|na vdd|alias|mudei de ideia|pensando (?:bem|melhor)|quis dizer|quero dizer|me enganei|"
    r"errei|corrigindo|correcao(?! d)|ops|pera(?:i| ai)?|espera ai|opa errei|ou melhor|digo|escrevi errado|"
    r"digitei errado|em vez d|ao inves d|"
    r"melhor (?:mudar|trocar|fazer|deixar)|nao nao|desculpa? (?:e|na|eu)|nao era isso|nao e isso|retifico|"
    r"desisti(?: \w+){0,3}(?: ,)?(?: agora| mas| e)?(?: eu)? quero|"
    r"trocando|me mudei|prefiro (?:fazer|trocar|mudar|deixar)|troca para|muda para|mudando) "
)
_FILLERS = words(
    """oi ola oie opa bom dia boa tarde noite tudo bem entao ah a ha hum hm ok e eh bem assim tipo olha acho que so e
    mesmo por favor obrigada obrigado querida querido amor flor linda moca moco amiga ne viu rs kk kkk kkkk haha rsrs
    hehe senhora senhor beleza claro certo ta esta eu isso agora por enquanto no momento ainda mas tbm tambem"""
)
_YES = words(
    """sim claro isso pode ok okay okey certo exato exatamente positivo aham uhum ahan uhu yes si yep sii confirmo
    correto perfeito beleza bora quero poderia obvio lógico logico certeza sip fechado combinado dale show opa verdade
    podemos"""
)
_NO = words("nao nunca jamais negativo nope no nem nadinha")
_UNKNOWN = re.compile(
    r" (?:nem (?:imagino|sei)|nao imagino|nao (?:sei|faco ideia|tenho (?:certeza|ideia|nocao)|decidi|defini|"
    r"pensei|lembro)|sei la|sem ideia|"
    r"(?:nao )?faco (?:a )?(?:minima|menor) ideia|vou (?:ver|pensar)|preciso (?:ver|pensar)|depende\w*|talvez|"
    r"(?:ainda )?estou (?:vendo|pensando|decidindo|em duvida)|quem sabe|a definir|indecis[ao]) "
)
_EVASION = re.compile(
    r" (?:prefiro nao|(?:nao|n) (?:quero|vou|posso|preciso|gosto de) (?:te )?(?:dizer|falar|informar|responder|"
    r"passar|dar|me identificar)|"
    r"(?:depois|mais tarde|outra hora|em outro momento) (?:eu )?(?:falo|digo|passo|informo|respondo|vejo|"
    r"te falo)|nao (?:interessa|importa|vem ao caso)|"
    r"(?:nao e|isso nao e) (?:da sua conta|relevante|necessario)|para que (?:voce )?(?:quer|precisa|voces)|"
    r"porque (?:quer|precisa|pergunta|tantas)|"
    r"(?:so )?me (?:fala|diz|passa|responde|informa) (?:so )?(?:o|a|os|as) (?:preco|valor|precos|valores)|"
    r"nao te interessa|pula|proxima pergunta|"
    r"sem (?:comentarios|perguntas)|muitas? perguntas?|quantas perguntas|prefiro (?:falar|dizer|"
    r"tratar) (?:depois|pessoalmente)) "
)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A message to be understood."""

    message_id: int
    said: Normalised
    settings: AccountSettings
    now: datetime
    """Aware, in the account's zone."""
    asked: FactKind | None = None
    """What the bot's last line asked for."""
    facts: Mapping[FactKind, Fact] = field(default_factory=dict)
    """Known before this message."""
    contact_name: str = ""
    bot_line: str = ""
    """The bot's last line as sent."""
    times_asked: int = 0
    """How often what the bot's last line asked for was asked, that line included."""
    language: str = "pt"

    @property
    def text(self) -> str:
        """The plain text, with a space around every token."""
        return self.said.text

    @property
    def corrects(self) -> bool:
        """Whether the lead takes something back: "na verdade…"."""
        return bool(_CORRECTION.search(self.text)) or self.said.raw.lstrip().startswith("✏")

    def draft(
        self, kind: FactKind, value: str, level: str, span: tuple[int, int], *, confidence: float, canonical: str = ""
    ) -> FactDraft:
        """A fact with the sentence around `span` of the plain text as its evidence."""
        evidence = self.said.clause(*span) or self.said.raw.strip()[:300]
        return FactDraft(kind, value, level, evidence, self.message_id, confidence, canonical)

    @property
    def insists(self) -> bool:
        """Whether an answer in words of its own is taken for what it may be: it was asked for more than once."""
        return self.times_asked > 1 and "?" not in self.said.tokens and len(bare_words(self.said)) >= 3

    def whole(self, kind: FactKind, value: str, level: str, confidence: float, canonical: str = "") -> FactDraft:
        """A fact with the whole message as its evidence, at most 300 characters of it."""
        evidence = self.said.raw.strip()[:300].strip()
        return FactDraft(kind, value, level, evidence, self.message_id, confidence, canonical)


def bare_words(said: Normalised) -> tuple[str, ...]:
    """The words without greetings and fillers; empty when nothing else was said."""
    return tuple(word for word in said.words if word not in _FILLERS)


def is_yes(said: Normalised) -> bool:
    """A short yes and nothing else: "sim", "pode ser", "isso mesmo"."""
    every = said.words
    if not 1 <= len(every) <= 6 or any(word in _NO for word in every):
        return False
    rest = bare_words(said)
    return all(word in _YES or word in ("ser", "me", "chamar", "assim", "com") for word in rest) and any(
        word in _YES for word in every
    )


def is_no(said: Normalised) -> bool:
    """A short no and nothing else: "não", "ainda não", "nunca"."""
    rest = bare_words(said)
    return 1 <= len(said.words) <= 6 and bool(rest) and all(word in _NO for word in rest)


def is_unknown(said: Normalised) -> bool:
    """The lead does not know: "não sei", "vou ver", "depende"."""
    return bool(_UNKNOWN.search(said.text))


def is_evasion(said: Normalised) -> bool:
    """The lead would rather not answer."""
    return bool(_EVASION.search(said.text))
