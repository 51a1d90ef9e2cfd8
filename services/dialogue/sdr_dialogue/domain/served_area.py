"""Where a lead is, as the clinic's served area sees it: code decides the level, never a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sdr_common.lead import LocationLevel
from sdr_dialogue.domain.municipalities import (
    ABBREVIATED_CITIES,
    ABROAD,
    NEIGHBOURHOODS,
    STATE_CODES,
    STATES,
    nearest_municipality,
    states_of,
)
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import cut, fold, plain, words

_SHORT_WORDS = {
    "v": "vila",
    "vl": "vila",
    "jd": "jardim",
    "jdm": "jardim",
    "jrd": "jardim",
    "jardins": "jardim",
    "sto": "santo",
    "sta": "santa",
    "s": "sao",
    "pq": "parque",
    "pque": "parque",
    "sr": "senhor",
    "sra": "senhora",
    "n": "nossa",
}
_LINKS = words("de da do das dos em no na nos nas e o a os as aqui ai la bem fica sou moro vivo cidade bairro")
_GENERIC = words(
    "vila jardim parque santo santa sao alto nova novo bairro cidade centro morro bela campo nossa senhora"
)
_LEADING = re.compile(
    r"^(?:(?:the|el|los|las|in|from|eu|aqui|ai|la|moro|mora|vivo|resido|estou|to|tou|sou|fico|venho|falo|e|eh|no|"
    r"na|nos|nas|em|de|do|da|"
    r"dos|das|o|a|bairro|cidade(?= d)|municipio|regiao|zona rural|perto|proximo|proxima|lado|ao|mesmo|bem|por|"
    r"atualmente|hoje|agora|"
    r"ultimamente|la)\s+)+"
)
_TRAILING = re.compile(
    r"\s+(?:mesmo|litoral|interior|capital|brasil|e voce|e vc|e voces|por enquanto|centro|agora|atualmente)$"
)
_SEGMENTS = re.compile(r"[,;/()\n.!?|]+|\s[-–—]\s|[-–—](?=[A-Z]{2}\b)")
_CLOSE = re.compile(
    r"\b(?:pert\w+|do lado|ao lado|vizinh[ao]|colad[ao]|mesmo bairro)(?: bem)? (?:de voces|da clinica|dai|daqui)\b"
)
CLOSE_TO_CLINIC = "perto da clinica"
"""What a lead who names no place but says to be near is noted as."""
_STREET = re.compile(r"(?:av|avenida|rua|r|alameda|travessa|estrada|rodovia|praca|largo) \w")
_LANDMARKS = words("paulista")
"""Municipalities elsewhere whose name, said near São Paulo, means the avenue."""
_LONGEST_NAME = 7
"""Words in the longest place name that is looked for."""


@dataclass(frozen=True, slots=True)
class Located:
    """A place against the served area."""

    level: str
    """A `LocationLevel`, or empty: nobody knows the place."""
    canonical: str
    """The place's plain name ("vila mariana"); what the lead named where nobody knows it."""
    known_place: bool
    """False: in neither list and no municipality; to be flagged."""


@dataclass(frozen=True, slots=True)
class _Area:
    levels: dict[str, LocationLevel]
    misspelt: dict[str, str]
    city: str
    states: frozenset[str]


def locate(place: str, settings: AccountSettings) -> Located:
    """Decide how far `place` is: a bare name, an address or a short phrase such as "moro em Moema, SP".

    The account's near and far lists come first, then the clinic's own city (near: a place of it that is
    in no list is not held against the lead), then any other municipality, state or country.
    """
    area = _area_of(settings.near, settings.far, settings.clinic_city)
    named = _words(place)
    if not named:
        return Located("", "", known_place=False)
    if _CLOSE.search(plain(place)):
        return Located(LocationLevel.NEAR, CLOSE_TO_CLINIC, known_place=True)
    listed = _listed(named, area)
    elsewhere = _municipality(place, area)
    if listed and not (elsewhere and _really_elsewhere(listed, elsewhere, place, area)):
        return Located(area.levels[listed], listed, known_place=True)
    if elsewhere and elsewhere in NEIGHBOURHOODS.get(area.city, ()) and elsewhere == _strip(" ".join(named)):
        return Located("", elsewhere, known_place=False)
    if elsewhere:
        level = LocationLevel.NEAR if elsewhere == area.city else LocationLevel.OTHER_CITY
        return Located(level, elsewhere, known_place=True)
    return Located("", cut(_strip(" ".join(named)), 200), known_place=False)


def _words(text: str) -> list[str]:
    return [_SHORT_WORDS.get(word, word) for word in plain(text).split()]


def _strip(phrase: str) -> str:
    return _TRAILING.sub("", _LEADING.sub("", phrase)).strip()


@lru_cache(maxsize=512)
def _area_of(near: tuple[str, ...], far: tuple[str, ...], clinic_city: str) -> _Area:
    levels: dict[str, LocationLevel] = {}
    for names, level in ((far, LocationLevel.FAR), (near, LocationLevel.NEAR)):
        levels.update({" ".join(_words(name)): level for name in names if plain(name)})
    misspelt: dict[str, str] = {}
    for name in levels:
        if len(name) >= 5:
            for position in range(len(name)):
                misspelt.setdefault(name[:position] + name[position + 1 :], name)
    parts = [part for part in (plain(piece) for piece in _SEGMENTS.split(clinic_city)) if part]
    city = _city_name(parts[0]) if parts else ""
    codes = frozenset(part.upper() for part in parts[1:] if part.upper() in STATE_CODES)
    return _Area(levels, misspelt, city, codes or states_of(city))


def _city_name(name: str) -> str:
    parts = name.split()
    if len(parts) > 1 and parts[-1].upper() in STATE_CODES and states_of(" ".join(parts[:-1])):
        return " ".join(parts[:-1])
    return ABBREVIATED_CITIES.get(name, name)


def _listed(named: list[str], area: _Area) -> str:
    """The longest name of the account's lists that stands in the text; empty: none."""
    for size in range(min(_LONGEST_NAME, len(named)), 0, -1):
        for start in range(len(named) - size + 1):
            phrase = " ".join(named[start : start + size])
            if phrase in area.levels:
                return phrase
    phrase = _strip(" ".join(named))
    alias = ABBREVIATED_CITIES.get(phrase, "")
    if alias in area.levels:
        return alias
    return _begun(phrase, area) or _misspelt(phrase, area)


def _begun(phrase: str, area: _Area) -> str:
    """The only listed name that begins with `phrase`: "itaim" for "Itaim Bibi"; empty: none or several."""
    if len(phrase) < 4 or phrase in _GENERIC or phrase == area.city or states_of(phrase):
        return ""
    fitting = [name for name in area.levels if name.startswith(phrase + " ")]
    return fitting[0] if len(fitting) == 1 else ""


def _misspelt(phrase: str, area: _Area) -> str:
    if len(phrase) < 5:
        return ""
    if phrase in area.misspelt:
        return area.misspelt[phrase]
    for position in range(len(phrase)):
        shorter = phrase[:position] + phrase[position + 1 :]
        if shorter in area.levels and len(shorter) >= 5:
            return shorter
        candidate = area.misspelt.get(shorter, "")
        if len(candidate) == len(phrase):
            return candidate
    return ""


def _municipality(place: str, area: _Area) -> str:
    """The municipality, state or country that the text names; empty: none."""
    segments = [" ".join(_words(part)) for part in _SEGMENTS.split(place)]
    code = _state_code(segments)
    for segment in segments:
        if len(segments) > 1 and segment.upper() in STATE_CODES:
            continue  # "Recife - SP": a state beside a name is no city.
        if found := _municipality_of(segment, code, area):
            return found
    return ""


def _state_code(segments: list[str]) -> str:
    for segment in segments:
        last = segment.split()[-1:] or [""]
        if last[0].upper() in STATE_CODES and (segment == last[0] or len(segment.split()) > 1):
            return last[0].upper()
    return ""


def _municipality_of(segment: str, code: str, area: _Area) -> str:
    name = _strip(segment)
    if _STREET.match(segment) or (name in _LANDMARKS and "SP" in area.states and code in ("", "SP")):
        return ""
    if name.split()[-1:] == [code.lower()] and len(name.split()) > 1:
        name = _strip(" ".join(name.split()[:-1]))
    for candidate in _readings(name):
        if candidate == area.city:
            return candidate
        states = states_of(candidate)
        if states and (not code or code in states):
            return candidate
        if candidate in ABROAD:
            return candidate
    if name in STATES and area.states and STATES[name] not in area.states:
        return name
    guess = nearest_municipality(name)
    return guess if guess and (not code or code in states_of(guess)) else ""


def _readings(name: str) -> tuple[str, ...]:
    """The name itself, what follows a neighbourhood ("centro de campinas"), what a short name stands for."""
    readings = [name]
    if name in ABBREVIATED_CITIES:
        readings.insert(0, ABBREVIATED_CITIES[name])
    parts = name.split()
    for position in range(1, len(parts)):
        head, rest = " ".join(parts[:position]), " ".join(parts[position:])
        state = STATES.get(
            rest.split(maxsplit=1)[-1] if rest.split()[0] in ("de", "do", "da", "no", "na", "em") else rest
        )
        if state is not None and state in states_of(head):
            readings.append(head)  # "belem do para", "feira de santana bahia"
    for position in range(1, len(parts)):
        if parts[position] in ("de", "em", "do", "da", "no", "na"):
            rest = " ".join(parts[position + 1 :])
            if states_of(rest) and parts[0] in ("centro", "bairro", "regiao", "cidade"):
                readings.append(rest)
    return tuple(readings)


def _really_elsewhere(listed: str, elsewhere: str, place: str, area: _Area) -> bool:
    """Whether a listed name is only a neighbourhood of another city: "Centro, Campinas"."""
    if elsewhere == area.city or elsewhere in area.levels or listed in elsewhere or elsewhere in listed:
        return False
    rest = plain(fold(place)).replace(listed, " ", 1)
    return elsewhere in " ".join(word for word in rest.split() if word not in _LINKS) or elsewhere in rest
