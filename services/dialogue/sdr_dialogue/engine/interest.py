"""What the lead wants to have done."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from sdr_common.lead import Fact, FactKind, InterestLevel
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.domain.municipalities import ABROAD, states_of
from sdr_dialogue.domain.settings import AccountSettings, Procedure
from sdr_dialogue.domain.text import plain, words
from sdr_dialogue.engine.hearing import Hearing, is_evasion, is_unknown
from sdr_dialogue.engine.lexicon import AREAS_ALONE, GENERIC, SPECIFIC, VAGUE_PHRASES, Treatment
from sdr_dialogue.engine.normalise import Normalised, plain_word
from sdr_dialogue.engine.speech import in_sentence

_DROPPED = words(
    "a o as os um uma uns umas meu minha meus minhas esse essa esses essas este esta duas algumas alguns aqui"
)
_JOINED = {
    **dict.fromkeys(("no", "na", "nos", "nas", "em", "pelo", "pela"), "em"),
    **dict.fromkeys(("do", "da", "dos", "das", "de"), "de"),
}
_MARKS = frozenset("?!.,;:()\n")
_LONGEST = 6
_NEVER_CORRECTED = words(
    """tratamento tratamentos atendimento procedimento procedimentos preenchido investimento deposito tatuada tatuado
    tatuador harmonia gravidez criancas clinica clinicas quimica relacao informacao informacoes localizacao aplicacao
    avaliacao indicacao limpar facilita pessoal agulhas emagreci lentamente esquecer escritorio implica"""
)
_WISH = re.compile(
    r" (?:tenho (?:a |muita |muito |uma |um )*(?:pele|rosto|sinal)|quer(?:o|ia|endo|emos)|gostaria|precis(?:o|ava|"
    r"ando)|desej(?:o|ava)|pretend(?:o|ia)|trat(?:ar|amento)|"
    r"fazer|"
    r"melhorar|mudar|incomod\w+|odeio meu|odeio minha|tirar|diminuir|reduzir|afinar|aumentar|levantar|remover|"
    r"preencher|"
    r"corrigir|eliminar|apagar|clarear|interess\w+|procur(?:o|ando|ava)|busc(?:o|ando)|sobre|orcamento|vontade|afim|"
    r"(?:a|ha) fim|cuidar|rejuvenescer|colocar|preco|valor|quanto|problema|caindo|caida|caido|flacid\w+|"
    r"marcar|agendar|encaixe|vagas?|horarios?|agenda|"
    r"voces (?:\w+ )?(?:fazem|tem|trabalham|oferecem|realizam|aplicam|tratam)|fazem|pensando em|penso em|sonho|"
    r"queda|melhorada|dar um) "
)
_AREA = r"(?:costas|pernas?|bracos?|axilas?|virilha|barba|buco|ombros?|peito|barriga|pescoco|coxas?|nuca|queixo)"
_LASER_ON = re.compile(rf" laser (?:\w+ )?(?:em|n[ao]s?|d[aeo]s?|para (?:o |a )?|na |) ?(?:\w+ )?{_AREA} ")
"""A laser on a part of the body removes hair: "laser nas costas e ombros"."""
_BEFORE_HAIR = words("os uns muito muitos tirar remover sem meus esses tanto de arrancar eliminar")
"""Words before "pelo" that make it hair instead of "by the"."""
_WHERE = re.compile(r" (?:d[aeo]s?|n[ao]s?|em|para) (?:(?:o|a|os|as|meu|minha|meus|minhas) )?")
_BARE_WISH = re.compile(
    r" (?:tenho (?:a |muita |muito |uma |um )*(?:pele|rosto|sinal)|sentir (?:mais |bem |muito )*(?:bonit[ao]|bem|"
    r"melhor|linda|gata)|(?:investir|cuidar|"
    r"caprichar) (?:mais )?(?:em|de) "
    r"mim|qualquer coisa|voces? que (?:sabe\w*|decide\w*|manda\w*)|o que voces? (?:achar|acharem|sugerir\w*|"
    r"quiser\w*)|"
    r"aceito sugest\w+|estou aberta? a sugest\w+|surpreenda|tudo (?:o )?que tenho direito|parecer (?:menos|"
    r"mais) \w+|cara de cansad[ao]|tudo um pouco|de tudo(?: um pouco)?|varias coisas|muita coisa) "
)
_WANTS = re.compile(
    r" (?:quer(?:o|ia|endo)|gostaria|precis(?:o|ando)|desej(?:o|ava)|pretendo|interess\w+|procur(?:o|ando)|"
    r"busc(?:o|ando)|vontade|pensando em|sonho) "
)
_REFUSED = re.compile(
    r" (?:(?:nao|nem) (?:(?:quero|queria|gosto|curto|faria|faco|vou|pretendo|desejo|e|era|seria|preciso|penso|"
    r"estou afim|"
    r"tenho (?:mais )?(?:interesse|vontade)|estou (?:mais )?interessad[oa]|me interess\w+)(?: (?:mais|fazer|de|"
    r"em|no|na|do|da|o|a|os|as|um|uma|"
    r"nada|nem|colocar|aplicar|por|saber|nenhum|nenhuma|esse|essa|por|para|ser|sobre|pelo|pela))*)?|menos(?: o|"
    r" a)?|nada de|odeio(?: o| a)?|"
    r"exceto(?: o| a)?|tirando(?: o| a)?|(?:em vez|ao inves) (?:de|do|da)|sem ser(?: o| a)?|desisti (?:de|do|"
    r"da)(?: fazer)?) $"
)
_DONE = re.compile(r" (?:ja|tinha|havia|fiz|faz|fez|fazia|faco|usei|uso|coloquei|apliquei) (?:\w+ ){0,5}$")
_ADDS = re.compile(r" (?:tambem|alem|mais|e (?:quero|queria)|junto|outra coisa|aproveitar|aproveitando) ")


_REFINED = {
    "laser": ("depilacao_laser", "remocao_tatuagem", "lavieen", "remocao_micropigmentacao"),
    "preenchimento_facial": (
        "preenchimento_labial",
        "preenchimento_olheiras",
        "preenchimento_mandibula",
        "preenchimento_gluteo",
        "bigode_chines",
    ),
    "rugas": ("toxina_botulinica", "botox"),
    "olheiras": ("preenchimento_olheiras",),
    "acne": ("cicatriz",),
}
"""A wish, and those that only say it more exactly."""


@dataclass(frozen=True, slots=True)
class _Entry:
    slug: str
    name: str
    level: InterestLevel
    alone: bool
    """Whether the phrase needs a wish beside it."""
    own_slug: str = ""
    """The account's procedure that is said to treat it; empty: none."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A treatment named in a message."""

    slug: str
    name: str
    level: InterestLevel
    start: int
    end: int
    """Where it stands in the plain text."""
    refused: bool
    done: bool
    """Named as something that somebody had before."""
    alone: bool
    own_slug: str = ""
    """The account's procedure for it; empty: none."""


class _Index:
    """The account's procedures and the general ones by phrase; tolerant of typing errors."""

    def __init__(self, procedures: tuple[Procedure, ...]) -> None:
        self.entries: dict[str, _Entry] = {}
        own = [(procedure, _own_phrases(procedure)) for procedure in procedures]
        for treatments, level in ((GENERIC, InterestLevel.GENERIC), (SPECIFIC, InterestLevel.SPECIFIC)):
            for treatment in treatments:
                self._add_general(treatment, level, own)
        generic = {_key(phrase) for treatment in GENERIC for phrase in treatment.phrases}
        for procedure, phrases in own:
            for phrase in phrases:
                level = InterestLevel.GENERIC if phrase in generic else InterestLevel.SPECIFIC
                self.entries[phrase] = _Entry(
                    procedure.slug, procedure.name, level, alone=phrase in _ALONE, own_slug=procedure.slug
                )
        every = {word for phrase in self.entries for word in phrase.split()}
        self.words = every
        self.long_words = sorted(word for word in every if len(word) >= 7)
        self._corrected: dict[str, str] = {}

    def _add_general(
        self, treatment: Treatment, level: InterestLevel, own: list[tuple[Procedure, frozenset[str]]]
    ) -> None:
        keys = {_key(phrase) for phrase in treatment.phrases}
        slug, name, own_slug = treatment.slug, treatment.name, ""
        for procedure, phrases in own:
            if procedure.slug == slug or _key(plain(procedure.name)) in keys:
                slug, name, own_slug = procedure.slug, procedure.name, procedure.slug
                break
            if not own_slug and keys - _ALONE & phrases - _ALONE:
                own_slug = procedure.slug  # It treats wrinkles, but whoever wants to treat wrinkles has not named it.
        for key in keys:
            self.entries[key] = _Entry(slug, name, level, alone=key in _ALONE, own_slug=own_slug)

    def correct(self, word: str) -> str:
        """The word, or the long procedure word that it misspells by one or two letters."""
        if word in self.words or len(word) < 6 or word in _NEVER_CORRECTED or word in ABROAD or states_of(word):
            return word
        if word not in self._corrected:
            if len(self._corrected) > 20_000:
                self._corrected.clear()
            base = _base_of_diminutive(word, self.words)
            if base:
                self._corrected[word] = base
                return base
            limit = 0 if len(word) < 7 else 1 if len(word) < 9 else 2
            found = process.extractOne(word, self.long_words, scorer=OSA.distance, score_cutoff=limit)
            self._corrected[word] = found[0] if found else word
        return self._corrected[word]


def _base_of_diminutive(word: str, known: set[str]) -> str:
    """The procedure word of a diminutive: "manchinha" gives "mancha", "verruguinha" "verruga"; empty: none."""
    match = re.fullmatch(r"(\w{3,}?)(gu|qu|z)?inh([ao])s?", word)
    if match is None:
        return ""
    stem = match[1] + {"gu": "g", "qu": "c"}.get(match[2] or "", "")
    every = (stem + match[3], stem + "e", stem + "ao", stem)
    return next((candidate for candidate in every if candidate in known), "")


def _own_phrases(procedure: Procedure) -> frozenset[str]:
    named = (procedure.name, procedure.slug.replace("_", " "), *procedure.synonyms)
    return frozenset(key for name in named if len(key := _key(plain(name))) >= 3)


def _stem(word: str) -> str:
    word = _JOINED.get(word, word)
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _key(phrase: str) -> str:
    spelled = (plain_word(word) for word in phrase.split())
    return " ".join(_stem(word) for word in spelled if word not in _DROPPED)


_ALONE = frozenset(_key(phrase) for phrase in AREAS_ALONE)
_VAGUE = re.compile(" (?:" + "|".join(sorted(map(re.escape, VAGUE_PHRASES), key=len, reverse=True)) + ") ")


@lru_cache(maxsize=512)
def _index_of(procedures: tuple[Procedure, ...]) -> _Index:
    return _Index(procedures)


def mentions(said: Normalised, settings: AccountSettings) -> tuple[Mention, ...]:
    """Every treatment that a message names, in order."""
    index = _index_of(settings.procedures)
    keyed = _keyed_words(said, index)
    found: list[Mention] = []
    position = 0
    while position < len(keyed):
        step = 1
        for size in range(min(_LONGEST, len(keyed) - position), 0, -1):
            entry = index.entries.get(" ".join(word for word, _, _ in keyed[position : position + size]))
            if entry is not None:
                found.append(_mention(said, entry, keyed[position][1], keyed[position + size - 1][2]))
                step = size
                break
        position += step
    return _without_places(_hair_laser(said.text, found, index), said.text)


def _hair_laser(text: str, found: list[Mention], index: _Index) -> list[Mention]:
    """Hair removal where a message says "laser nas costas"."""
    hair, on_area = index.entries.get("depilacao laser"), _LASER_ON.search(text)
    if hair is None or on_area is None:
        return found
    return [
        replace(mention, slug=hair.slug, name=hair.name, own_slug=hair.own_slug)
        if mention.slug == "laser" and on_area.start() < mention.start < on_area.end()
        else mention
        for mention in found
    ]


def _without_places(found: list[Mention], text: str) -> tuple[Mention, ...]:
    """Without the parts of the body that only say where: "os poros do nariz" is no wish for a nose."""
    kept: list[Mention] = []
    for mention in found:
        before = kept[-1] if kept else None
        if before and mention.alone and _WHERE.fullmatch(text[before.end : mention.start]):
            continue
        kept.append(mention)
    return tuple(kept)


def _keyed_words(said: Normalised, index: _Index) -> list[tuple[str, int, int]]:
    keyed: list[tuple[str, int, int]] = []
    previous = ""
    for token, start in zip(said.tokens, said.starts, strict=True):
        offset = start
        for word in token.split():
            if word not in _DROPPED:
                hair = word == "pelo" and previous in _BEFORE_HAIR
                key = word if word in _MARKS or hair else index.correct(_stem(word))
                keyed.append((key, offset, offset + len(word)))
            previous = word
            offset += len(word) + 1
    return keyed


def _mention(said: Normalised, entry: _Entry, start: int, end: int) -> Mention:
    before = said.text[max(0, start - 90) : start]
    clause = " " + re.split(r" [.,;?!\n] | (?:mas|e sim) ", before)[-1].lstrip()
    return Mention(
        entry.slug,
        entry.name,
        entry.level,
        start,
        end,
        refused=bool(_REFUSED.search(clause)),
        done=bool(_DONE.search(clause)) and not _WISH.search(clause),
        alone=entry.alone,
        own_slug=entry.own_slug,
    )


def wanted(hearing: Hearing) -> tuple[Mention, ...]:
    """The treatments that the lead asks for or about: not refused ones; bare body parts only beside a wish."""
    wishes = hearing.asked is FactKind.INTEREST or bool(_WISH.search(hearing.text))
    every = [
        mention
        for mention in mentions(hearing.said, hearing.settings)
        if not mention.refused and (wishes or not mention.alone or len(hearing.said.words) <= 2)
    ]
    return tuple(_without_doubles(every))


def _without_doubles(every: list[Mention]) -> list[Mention]:
    slugs = {mention.slug for mention in every}
    kept: list[Mention] = []
    for mention in every:
        if any(mention.slug == other.slug for other in kept):
            continue
        if mention.own_slug not in ("", mention.slug) and mention.own_slug in slugs:
            continue  # "Rugas, pé de galinha": the clinic's own procedure says it already.
        if mention.slug == "preenchimento_facial" and any(
            slug.startswith("preenchimento_") or slug in ("bigode_chines", "olheiras")
            for slug in slugs - {mention.slug}
        ):
            continue
        if mention.slug == "laser" and slugs & {"remocao_tatuagem", "depilacao_laser", "lavieen", "melasma", "manchas"}:
            continue
        kept.append(mention)
    specific = [mention for mention in kept if mention.level is InterestLevel.SPECIFIC]
    return specific or kept


def read_interest(hearing: Hearing) -> FactDraft | None:
    """The interest that a message tells, or None; a known interest changes only by a correction or an addition."""
    named = wanted(hearing)
    before = hearing.facts.get(FactKind.INTEREST)
    fresh = tuple(mention for mention in named if not mention.done)
    if before is not None:
        return _changed(hearing, before, fresh)
    if named:
        return _draft(hearing, fresh or named, 0.9 if fresh else 0.65)
    return _vague(hearing)


def _draft(hearing: Hearing, named: tuple[Mention, ...], confidence: float, prefix: str = "") -> FactDraft:
    every = ([prefix] if prefix else []) + [mention.name for mention in named[:3]]
    names = ", ".join([every[0], *map(in_sentence, every[1:])])
    first = named[0]
    value = names[0].upper() + names[1:]
    return hearing.draft(
        FactKind.INTEREST, value, first.level, (first.start, named[-1].end), confidence=confidence, canonical=first.slug
    )


def _changed(hearing: Hearing, before: Fact, fresh: tuple[Mention, ...]) -> FactDraft | None:
    known = plain(before.value)
    new = tuple(mention for mention in fresh if mention.slug != before.canonical and plain(mention.name) not in known)
    if not new or before.locked:
        return None
    level = new[0].level
    refuses_known = any(
        mention.refused and (mention.slug == before.canonical or plain(mention.name) in known)
        for mention in mentions(hearing.said, hearing.settings)
    )
    if hearing.corrects or refuses_known:
        return _draft(hearing, new, 0.95)
    if new[0].slug in _REFINED.get(before.canonical, ()):
        return _draft(hearing, new, 0.9)
    if before.level != InterestLevel.SPECIFIC and level is InterestLevel.SPECIFIC:
        return _draft(hearing, new, 0.9)
    if level is not InterestLevel.SPECIFIC or (new[0].alone and not _ADDS.search(hearing.text)):
        return None
    if before.value.count(",") >= 2 or not (_ADDS.search(hearing.text) or _WISH.search(hearing.text)):
        return None
    draft = _draft(hearing, new[:1], 0.9, before.value)
    return FactDraft(
        draft.kind,
        draft.value,
        draft.level,
        draft.evidence,
        draft.source_message_id,
        draft.confidence,
        before.canonical or draft.canonical,
    )


def _vague(hearing: Hearing) -> FactDraft | None:
    match = _VAGUE.search(hearing.text) or _BARE_WISH.search(hearing.text)
    asked = hearing.asked is FactKind.INTEREST
    if match is None:
        if asked and hearing.insists and not is_evasion(hearing.said):
            return hearing.whole(FactKind.INTEREST, hearing.said.raw.strip()[:200], InterestLevel.VAGUE, 0.5)
        if asked and is_unknown(hearing.said) and len(hearing.said.words) <= 12:
            return hearing.whole(FactKind.INTEREST, "Ainda não sabe o que fazer", InterestLevel.VAGUE, 0.6)
        return None
    if not asked and not _WANTS.search(hearing.text):
        return None
    value = hearing.said.exact(match.start() + 1, match.end() - 1) or hearing.said.raw.strip()
    if hearing.language != "pt":
        value = match.group().strip()
    return hearing.draft(
        FactKind.INTEREST, value[0].upper() + value[1:], InterestLevel.VAGUE, match.span(), confidence=0.8
    )
