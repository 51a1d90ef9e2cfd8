"""How words become a reply: the language's phrasebook, equal wordings in turn, limits."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from sdr_dialogue.domain.conversation import Speaker, TurnContext
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import fold, plain, words
from sdr_dialogue.engine.manner import in_manner
from sdr_dialogue.engine.phrasebook import Phrasebook, Variants
from sdr_dialogue.engine.phrases_en import ENGLISH
from sdr_dialogue.engine.phrases_es import SPANISH
from sdr_dialogue.engine.phrases_pt import PORTUGUESE

REPLY_LIMIT = 700
"""Characters of a reply."""

BOOKS: dict[str, Phrasebook] = {"pt": PORTUGUESE, "es": SPANISH, "en": ENGLISH}
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff]"
    "(?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?)*)"
)
_OPENS_SENTENCE = re.compile(r"\s*(?:$|[¿¡\"“]*[A-ZÀ-Ý])")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_MASCULINE_CLINICS = words("instituto espaco centro studio estudio consultorio spa atelie grupo laboratorio nucleo")


@dataclass(frozen=True, slots=True)
class Speech:
    """One reply's way of speaking: the same context always gives the same words."""

    book: Phrasebook
    language: str
    settings: AccountSettings
    seed: int
    said: str
    """What the bot said lately, plain, so that it does not say it again."""

    def pick(self, variants: Variants, **values: str) -> str:
        """One of several equal wordings, filled in; one that was not said lately, if there is one."""
        for offset in range(len(variants)):
            variant = variants[(self.seed + offset) % len(variants)]
            text = _filled(self._own(variant), values)
            if plain(text) not in self.said:
                return text
        return _filled(self._own(variants[self.seed % len(variants)]), values)

    def introduction(self, variants: Variants, **values: str) -> str:
        """A wording that says who is speaking."""
        name, clinic = self.settings.called, self.settings.clinic_name
        article = "a " if fold(name).endswith("a") and self.language == "pt" else ""
        return self.pick(
            variants,
            me=f"{article}{name}",
            assistant=name,
            clinic=clinic,
            of_clinic=of_clinic(clinic),
            **values,
        )

    def has_said(self, variants: Variants) -> bool:
        """Whether one of these wordings, which have no variables, was said lately."""
        return any(plain(self._own(variant)) in self.said for variant in variants)

    def _own(self, variant: str) -> str:
        """A wording as this account's assistant says it."""
        return in_manner(variant, self.settings) if self.language == "pt" else variant

    @property
    def last_joint(self) -> str:
        """The word before the last of a list."""
        return {"pt": " e ", "es": " y ", "en": " and "}[self.language]


def speech_for(context: TurnContext, language: str) -> Speech:
    """The way of speaking of one turn; varied by the conversation's own content, never by chance."""
    lately = [line.text for line in context.history[-12:] if line.speaker is Speaker.BOT]
    last = context.messages[-1]
    seed = zlib.crc32(f"{last.text}|{len(context.history)}|{context.contact_name}".encode()) >> 3
    return Speech(BOOKS[language], language, context.settings, seed, plain(" . ".join(lately)))


def of_clinic(clinic: str) -> str:
    """The clinic with its article: "da Clínica Bella", "do Instituto Bella"."""
    first = plain(clinic).split()[:1]
    return ("do " if first and first[0] in _MASCULINE_CLINICS else "da ") + clinic


def in_sentence(name: str) -> str:
    """A name as it stands inside a sentence: "remoção de tatuagem", but "PRP"."""
    if len(name) > 1 and name[1].isupper():
        return name
    return name[:1].lower() + name[1:]


def listed(names: str, joint: str) -> str:
    """A value that lists things, as it stands inside a sentence: "Botox, Peeling" gives "botox e peeling"."""
    every = [in_sentence(name) for name in names.split(", ")]
    return every[0] if len(every) == 1 else ", ".join(every[:-1]) + joint + every[-1]


_FEMININE = re.compile(r"(?:a|ção|são|dade|ise|gem)$")
_MASCULINE = words("melasma laser plasma prp botox exoma")


def of_procedure(name: str) -> str:
    """A procedure with its article: "do botox", "da remoção de tatuagem"; a plural stays without one."""
    first = name.split(maxsplit=1)[0].lower()
    if first.endswith("s") and not first.endswith(("us", "is")):
        return f"de {name}"
    feminine = bool(_FEMININE.search(first)) and first not in _MASCULINE
    return f"{'da' if feminine else 'do'} {name}"


def joined(parts: list[str], question: str, emojis: int) -> str:
    """Put a reply together within its limits; the question stays whole, what precedes it is cut at a sentence."""
    room = REPLY_LIMIT - len(question) - 1
    before = shortened(" ".join(part for part in parts if part), room)
    reply = f"{before}\n{question}" if before and len(before) > 90 and question else f"{before} {question}".strip()
    return limit_emojis(reply, emojis)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at the end of a sentence, else of a word."""
    text = text.strip()
    if len(text) <= limit:
        return text
    kept = ""
    for sentence in _SENTENCE_END.split(text):
        if len(kept) + len(sentence) + 1 > limit:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def limit_emojis(text: str, most: int) -> str:
    """Keep the first emojis only; one that ended a sentence leaves a full stop."""
    parts: list[str] = []
    position = 0
    for seen, match in enumerate(_EMOJI.finditer(text), start=1):
        parts.append(text[position : match.start()])
        position = match.end()
        if seen <= most:
            parts.append(match.group())
        elif parts[-1].rstrip()[-1:].isalnum() and _OPENS_SENTENCE.match(text, position):
            parts[-1] = parts[-1].rstrip() + "."
    parts.append(text[position:])
    return re.sub(r"[ \t]{2,}", " ", "".join(parts)).strip()


def _filled(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template
