"""Where the lead is: the place as said; how far it is, code decides from the served area."""

from __future__ import annotations

import re

from sdr_common.lead import FactKind, LocationLevel
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.domain.served_area import CLOSE_TO_CLINIC, Located, locate
from sdr_dialogue.domain.text import cut, plain, words
from sdr_dialogue.engine.common_words import COMMON_WORDS
from sdr_dialogue.engine.hearing import Hearing, bare_words, is_evasion, is_no, is_unknown, is_yes
from sdr_dialogue.engine.name import is_only_a_name, is_surname

_PREPOSITION = (
    r"(?:em|no|na|nos|nas|n|aqui em|aqui no|aqui na|aqui|ali em|ali no|ali na|la em|la no|la na|perto (?:de|do|"
    r"da)|proximo (?:ao|a|de|do|da)|pertinho d[eoa]|do lado d[eoa]|ao lado d[eoa]|para os lados d[eoa])"
)
_LIVES = re.compile(
    r" (?:moro|morando|mora|vivo|resido|residente|moradora?|estou morando|estou residindo|moramos|"
    r"minha casa (?:e|fica)|mudei) (?:atualmente |hoje |agora |mesmo |bem |aqui |ali |la |perto |eu |e |fica |"
    r"para |hoje em dia |longe |meio longe |um pouco longe |fora |, )*"
    rf"(?:{_PREPOSITION} |de |do |da )?(?P<place>\w.*?)(?= [.?!;:()\n]| $|$)"
)
_FROM = re.compile(
    r" (?:(?:eu )?sou (?:aqui |la |natural |moradora? |daqui )?(?:de|do|da|dos|das)|(?:eu )?(?:estou|fico|"
    r"to) (?:aqui |la )?(?:em|no|na|nos|nas)|"
    r"(?:falo|venho|vim|vindo|viria|saio|saindo) (?:de|do|da)|trabalho (?:em|no|na|perto d[eoa])|sou (?:aqui|"
    r"ali) (?:em|no|na)|aqui (?:em|de|do|da|no|na)|"
    r"(?:meu |o )?bairro(?: e)?|(?:minha |a )?cidade e|regiao (?:de|do|da)) "
    r"(?P<place>\w.*?)(?= [.?!;:()\n]| $|$)"
)
_ZONE = re.compile(r" (?P<place>zona (?:norte|sul|leste|oeste|central|rural)(?: d[eoa] \w+(?: \w+)?)?)(?= )")
_ON_THE_WAY = re.compile(r" (?:metro|transito|parad[ao]|presa|preso|minutos?|min|km|horas?) ")
_NAMED_FROM = re.compile(
    r" (?:aqui e|sou|e|me chamo|nome e) (?:a |o )?[a-z]+ d[aeo] (?P<place>[a-z]+(?: [a-z]+){0,3}?)(?= [,.!]| que |"
    r" quero | e | $)"
)
"""A name with a place behind it: "aqui é a Vânia de Guarulhos"."""
_APART = re.compile(
    r"(?<= [,.\n]) (?P<from>(?:sou |aqui )?(?:de|em|do|da) )?(?P<place>[a-z]+(?: [a-z]+){0,3})(?= [,.!\n])"
)
_VISIT = re.compile(
    r" (?:(?:vou|irei|posso|devo) (?:estar|ir|passar)|estarei|mes que vem|semana que vem|viajo|viajando|"
    r"passando por|de passagem|"
    r"visita\w*|a trabalho|a passeio) "
)
"""Words that make "estou em São Paulo" a visit."""
_MOVED = re.compile(r" (?:me mudei|mudei(?: faz| ha| para)?|agora (?:eu )?(?:moro|estou|e)|nao moro mais|voltei para) ")
"""Words that take back a place: "me mudei, agora é Moema"."""
_OWN_PLACE = re.compile(
    r" (?:sou daqui|moro aqui(?: mesmo| na cidade| pertinho| perto)?|sou da cidade|(?:na )?mesma cidade|"
    r"aqui na cidade|sou local|aqui mesmo|daqui mesmo) "
)
_CLOSE = re.compile(
    r" (?:(?:aqui |bem |moro |super |muito |eu )*(?:pertinho|perto|do lado|ao lado|vizinh[ao]|colad[ao]|"
    r"a pe|rua de tras|esquina|mesma rua|na quadra|quadra)(?: de voces| da clinica| dai| daqui|"
    r" de ai)?(?! d[eoa]s? )|mesmo bairro(?: da clinica| de voces)?) "
)
_CLOSE_TO_CLINIC = re.compile(
    r" (?:perto|pertinho|do lado|ao lado|vizinh[ao]|colad[ao]|mesmo bairro|rua de tras|na esquina|mesma rua|"
    r"a (?:duas|tres|poucas|\d) quadras)(?: bem)? (?:de voces|da clinica|dai|daqui) "
)
_STOP = words(
    """e mas quero queria gostaria que com tenho vou ja nao meu minha me quanto qual voces voce estou fica porque
    quando
    se so preciso posso consigo pretendo nunca vi fiz hoje atualmente tambem ou entao tem mesmo ai obrigada obrigado
    meu meus onde como consigo trabalho pensando desde faz ha agora sou ne sabe viu mais menos daria da fico eu ate ta
    aqui ali sozinha sozinho comigo e/ou interessada interessado aguardo por oi ola quero procuro busco pesquisando
    chamo nome semana bom boa era seria acho longe mudei mudamos voltei"""
)
_PLACE_WORDS = words(
    """vila jardim parque zona bairro centro santa santo sao alto nova bela conjunto residencial setor asa lago
    chacara
    morro praia ilha porto campo condominio cohab distrito norte sul leste oeste interior litoral capital abc grande
    baixada recreio barra"""
)
_NOT_A_PLACE = words(
    """igreja familia area empresa saude empresa escola faculdade boa paz luta roca casa casal turma marketing vendas
    equipe loja duvida acordo ferias viagem volta trabalho servico carro onibus pe uber dieta momento rua hospital
    aula onde longe apartamento signo aries touro gemeos cancer leao virgem libra escorpiao sagitario capricornio
    aquario peixes janeiro clinica voces tudo"""
)
_NO_PLACE_ALONE = words(
    """interior litoral capital zona bairro cidade vila jardim centro regiao estado metro transito shopping estacao
    mercado padaria transporte
    onibus trem praca aeroporto faculdade servico"""
)
_SURE_PLACE = 0.9
"""Confidence of a place that somebody knows: "sou do ABC, São Bernardo" is from São Bernardo."""
_POSTCODE = re.compile(r"\b\d{5}-?\d{3}\b")
_EDGES = words(
    "o a os as de do da dos das em no na nos nas bairro cidade e eh perto proximo ao aqui la ali bem mesmo "
    "capital fica regiao"
)


def read_location(hearing: Hearing) -> FactDraft | None:
    """The place a message tells, or None; once known, only a correction or a plain "moro em…" changes it."""
    text = hearing.text
    asked = hearing.asked is FactKind.LOCATION or bool(FactKind.LOCATION in hearing.facts and _MOVED.search(text))
    known = FactKind.LOCATION in hearing.facts
    match = _LIVES.search(text)
    if match and not text[: match.start() + 1].endswith((" nao ", " nem ", " nao mais ")):
        draft = _named(hearing, match, sure=True, asked=asked)
        if draft is not None:
            return draft
    for match in (*_FROM.finditer(text), *_ZONE.finditer(text)):
        if text[: match.start() + 1].endswith((" nao ", " nem ")):
            continue
        if not asked and " estou " in match.group() and _VISIT.search(text):
            continue
        draft = _named(hearing, match, sure=False, asked=asked)
        if draft is not None and (not known or asked or hearing.corrects):
            surer = _bare(hearing) if asked and draft.confidence < _SURE_PLACE else None
            return surer if surer is not None and surer.confidence >= _SURE_PLACE else draft
    if known and not asked and not hearing.corrects:
        return None
    return (
        _near(hearing, asked)
        or _named_apart(hearing)
        or (_bare(hearing) if asked or (known and hearing.corrects) else None)
    )


def _named(hearing: Hearing, match: re.Match[str], *, sure: bool, asked: bool) -> FactDraft | None:
    start = match.start("place")
    if match["place"].startswith(("rua ", "avenida ", "av ")):
        return _addressed(hearing, match)
    sure = sure or " bairro " in match.group() or match["place"].startswith("zona ")
    kept = _place_words(match["place"].split())
    if not kept or kept[0] in _NOT_A_PLACE or kept[0].isdigit():
        return None
    end = start + len(" ".join(kept))
    place = _exact_place(hearing, start, end)
    located = locate(place, hearing.settings)
    if not located.known_place and not _is_plausible(kept, sure=sure, asked=asked):
        return None
    return _draft(hearing, place, located, (match.start(), end), 0.95 if located.known_place else 0.75)


def _addressed(hearing: Hearing, match: re.Match[str]) -> FactDraft | None:
    """A street address counts if it names a place that somebody knows."""
    place = _exact_place(hearing, *match.span("place"))
    located = locate(place, hearing.settings)
    return _draft(hearing, place, located, match.span(), 0.9) if located.known_place else None


def _place_words(every: list[str]) -> list[str]:
    kept: list[str] = []
    for word in every[:7]:
        if word in _STOP or word in ("!", "?", "."):
            break
        if word == "," and len(kept) > 0:
            kept.append(word)
            continue
        kept.append(word)
    while kept and (kept[-1] in (",", "de", "do", "da", "em", "no", "na") or kept[-1] in _STOP):
        kept.pop()
    while kept and kept[0] in _EDGES and len(kept) > 1:
        kept.pop(0)
    return _cut_at_comma(kept)


def _cut_at_comma(kept: list[str]) -> list[str]:
    """Keep what follows a comma only if it goes on with the address: "Moema, São Paulo"."""
    if "," not in kept:
        return kept
    head, tail = kept[: kept.index(",")], kept[kept.index(",") + 1 :]
    tail = [word for word in tail if word != ","]
    if (
        head
        and tail
        and len(tail) <= 4
        and not any(word in ("i", "ll", "ill", "be") for word in tail)
        and all(word not in COMMON_WORDS or word in _EDGES for word in tail)
    ):
        return [*head, ",", *tail]
    return head


def _exact_place(hearing: Hearing, start: int, end: int) -> str:
    exact = hearing.said.exact(start, end)
    return cut(exact.strip(" ,.-"), 120) or hearing.text[start:end].strip()


def _is_plausible(kept: list[str], *, sure: bool, asked: bool) -> bool:
    """Whether unknown words after a marker are a place all the same."""
    named = [word for word in kept if word not in _EDGES and word != ","]
    if not named or len(named) > 5:
        return False
    if named[0] in _PLACE_WORDS and len(named) > 1:
        return True
    if any(word in COMMON_WORDS or word in _NOT_A_PLACE for word in named):
        return False
    return sure or asked


def _near(hearing: Hearing, asked: bool) -> FactDraft | None:
    """Closeness in the lead's own words: "pertinho de vocês", "sou daqui mesmo"."""
    text = hearing.text
    if text.rstrip().endswith("?") and not (asked and re.search(r" (?:moro|fico|sou|estou|trabalho) ", text)):
        return None
    own = _OWN_PLACE.search(text)
    if (
        own
        and not text[: own.start() + 1].endswith(" nao ")
        and hearing.settings.clinic_city
        and (asked or "moro aqui" not in own.group())
    ):
        located = locate(hearing.settings.clinic_city, hearing.settings)
        return _draft(hearing, hearing.settings.clinic_city, located, own.span(), 0.75)
    close = _CLOSE_TO_CLINIC.search(text) or (_CLOSE.search(text) if asked and len(hearing.said.words) <= 8 else None)
    if close and (named := _known_beside(hearing)) is not None:
        return named
    if close and " nao " not in text and " longe " not in text:
        value = hearing.said.exact(*close.span()) if hearing.language == "pt" else "Perto da clínica"
        located = Located(LocationLevel.NEAR, CLOSE_TO_CLINIC, known_place=True)
        return _draft(hearing, value, located, close.span(), 0.75)
    return None


def _named_apart(hearing: Hearing) -> FactDraft | None:
    """A served place, or "de" and a town, standing between commas: "Oi, Rita, 45 anos, Santana, quero botox"."""
    text = hearing.text
    for match in (*_APART.finditer(text), *_NAMED_FROM.finditer(text)):
        place = hearing.said.exact(match.start("place"), match.end("place"))
        located = locate(place, hearing.settings)
        served = located.level in (LocationLevel.NEAR, LocationLevel.FAR)
        if match.re is _NAMED_FROM and is_surname(place):
            continue
        if (
            located.known_place
            and (served or match.re is _NAMED_FROM or match["from"])
            and not _only_common(place)
            and not is_only_a_name(place)
        ):
            return _draft(hearing, place, located, match.span("place"), 0.85)
    return None


def _known_beside(hearing: Hearing) -> FactDraft | None:
    """A place of the served area beside "perto de vocês": the name says more."""
    for start, end in sorted(_segments(hearing), key=lambda piece: piece[1] - piece[0]):
        place = re.sub(
            r"^(?:em|no|na|aqui em|bem em)\s+", "", hearing.said.exact(start, end).strip(" ,.-!"), flags=re.I
        )
        located = locate(place, hearing.settings)
        if located.known_place and located.canonical != CLOSE_TO_CLINIC and not _only_common(place):
            return _draft(hearing, cut(place, 120), located, (start, end), 0.9)
    return None


def _bare(hearing: Hearing) -> FactDraft | None:
    """The bare answer to "de onde você é?"."""
    said = hearing.said
    if is_yes(said) or is_no(said) or is_unknown(said) or is_evasion(said):
        return None
    for start, end in _segments(hearing):
        place = said.exact(start, end).strip(" ,.-!")
        located = locate(place, hearing.settings)
        if located.known_place and not _only_common(place):
            return _draft(hearing, cut(place, 120), located, (start, end), 0.95)
    if match := _POSTCODE.search(said.raw):
        return hearing.whole(FactKind.LOCATION, match.group(), "", 0.7, match.group())
    rest = bare_words(said)
    if (
        "?" in said.tokens
        or all(word in _NO_PLACE_ALONE or word in _EDGES for word in rest)
        or _ON_THE_WAY.search(said.text)
    ):
        return None
    if 1 <= len(rest) <= 5 and all(len(word) > 1 for word in rest) and not any(char.isdigit() for char in said.raw):
        content = [word for word in rest if word not in _EDGES]
        if FactKind.NAME not in hearing.facts and len(content) <= 2 and is_only_a_name(" ".join(content)):
            return None  # A name that answers the question before this one.
        if content and not any(word in COMMON_WORDS and word not in _PLACE_WORDS for word in content):
            first = next(iter(re.split(r"[,\n;]", said.raw.strip(" ,.-!\n"))), "").strip() or said.raw.strip()
            place = _titled(_trimmed(cut(first, 120)))
            return hearing.whole(FactKind.LOCATION, place[:1].upper() + place[1:], "", 0.7, plain(place))
    return None


def _segments(hearing: Hearing) -> list[tuple[int, int]]:
    """Where short pieces between punctuation marks stand, the whole short message first."""
    text, pieces = hearing.text, []
    if len(hearing.said.words) <= 7 and "?" not in hearing.said.tokens:
        pieces.append((1, len(text) - 1))
    start = 1
    for match in re.finditer(r" (?:[.,;?!\n:()]|mas|porque|so que|entao)(?= )| $", text):
        words_between = text[start : match.start()].split()
        if 1 <= len(words_between) <= 6 and match.group() != " ?":
            offset = start + len(text[start : match.start()]) - len(text[start : match.start()].lstrip())
            pieces.append((offset, match.start()))
        start = match.end()
    return pieces


def _only_common(place: str) -> bool:
    """Whether a municipality's name is also an everyday answer: "centro", "alegre", "feliz", "natal" stay places."""
    every = plain(place).split()
    return all(word in COMMON_WORDS for word in every)


def _draft(hearing: Hearing, place: str, located: Located, span: tuple[int, int], confidence: float) -> FactDraft:
    value = place if located.canonical == CLOSE_TO_CLINIC else _titled(_trimmed(place))
    value = value[:1].upper() + value[1:]
    return hearing.draft(
        FactKind.LOCATION, value, located.level, span, confidence=confidence, canonical=located.canonical
    )


_TRIMMED = re.compile(
    r"^(?:(?:the|é|eh|e|em|no|na|aqui|de|do|da|sou|moro|mora|eu|ela|ele|j[áa]|disse|falei|respondi)[,:]?\s+)+|(?<!\s)\s+mesmo$",
    re.IGNORECASE,
)
_SMALL = words("de do da dos das e em no na")


def _trimmed(place: str) -> str:
    return _TRIMMED.sub("", place).strip() or place


_SPELLED = {"vl": "Vila", "jd": "Jardim", "jdm": "Jardim", "pq": "Parque", "sto": "Santo", "sta": "Santa"}


def _titled(place: str) -> str:
    if not place.islower() and not (place.isupper() and len(place) > 3):
        return place
    return " ".join(
        word
        if word in _SMALL and index
        else _SPELLED.get(word) or (word.upper() if len(word) == 2 else word.capitalize())
        for index, word in enumerate(place.lower().split())
    )
