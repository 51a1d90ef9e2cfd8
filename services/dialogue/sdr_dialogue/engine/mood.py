"""How a message feels: positive, neutral, negative or irritated, and how strong the anger is."""

from __future__ import annotations

import re
from enum import IntEnum

from sdr_common.lead import FactKind, Sentiment
from sdr_dialogue.domain.text import phrases, words
from sdr_dialogue.engine.hearing import Hearing
from sdr_dialogue.engine.mood_words import (
    EMOJI_ANGRY,
    EMOJI_NEGATIVE,
    EMOJI_POSITIVE,
    IRRITATED_MILD,
    NEGATIVE,
    POSITIVE,
)
from sdr_dialogue.engine.normalise import Normalised

_PROFANE = re.compile(
    r" (?:porra|caralho|merda|bosta|pqp|puta que (?:o )?pariu|puta merda|vsf|vtnc|vai (?:se|te|tomar|a merda|"
    r"para o inferno|"
    r"para a puta|catar)(?: no| na)?(?: \w+)?|vao (?:se f\w*|tomar no|a merda|para o inferno)|fdp|filh[oa]s? da puta|"
    r"foda se|fodase|se foder|fuder|se fuder|cacete|idiotas?|imbeci[ls]\w*|burr[oa]s?(?! eu| sou)|inuti(?:l|is)|"
    r"incompetentes?|lixo|otari[oa]s?|palhac[oa]s?|desgrac\w+|arrombad\w+|babacas?|cuzao|cretin[oa]s?|estupid[oa]s?|"
    r"ignorantes?|vagabund[oa]s?|picaret\w+|golpistas?|ladroes|ladrao|safad[oa]s?|put[ao] com voces?|fuck\w*|shit|"
    r"bullshit|"
    r"idiots?|mierda|pendej[oa]s?) "
)
_INTENSIFIER = re.compile(r" (?:(?:para|pra|do|p) (?:o )?(?:caralho|cacete|porra)|porra que (?:bom|legal|lindo)) ")
_ANGRY = re.compile(
    r" (?:que (?:palhacada|absurdo|porcaria|descaso|desrespeito|falta de respeito|atendimento (?:ruim|horrivel|"
    r"pessimo|"
    r"lixo|porco))|palhacada|(?:um |isso e |e um )?absurdo|ridicul[oa]s?|(?:pessim[oa]|horrivel|horroros[oa]|porco|"
    r"porcaria de|droga de|lixo de) (?:o |esse |de )?(?:atendimento|servico|clinica)|"
    r"(?:atendimento|servico|voces (?:sao|estao)|clinica) (?:\w+ )?(?:pessim\w+|horrive\w+|ridicul\w+|"
    r"uma? (?:lixo|vergonha|"
    r"piada|porcaria)|uma vergonha)|(?:atendimento|servico) (?:e )?(?:uma )?(?:vergonha|porcaria|ruim demais)|"
    r"nunca (?:fui|vi|mais)(?: \w+){0,2} (?:mal atendid[ao]|piso|volto|atendimento (?:tao )?(?:ruim|pessimo))|"
    r"falta de respeito|desrespeito|descaso com|(?:para|chega|cansei|parem?|cansad[ao]) (?:de|com) (?:tanta |"
    r"tantas |fazer |"
    r"me fazer |me )?(?:pergunta\w*|perguntar|enrola\w*)|(?:estou|fiquei|ficando) (?:muito |bem |super |ficando |"
    r"extremamente )?(?:irritad[ao]|com (?:muita )?raiva|put[ao]|revoltad[ao]|indignad[ao]|brav[ao]|furios[ao]|"
    r"estressad[ao])|"
    r"(?:^ |mas |eu )?(?:irritad|revoltad|indignad|furios)[ao]|perda de tempo|perdendo (?:o )?(?:meu )?tempo|"
    r"perdi (?:o )?meu tempo|voces? (?:e|sao|esta|ta) (?:burr[oa]|surd[oa]|ceg[oa]|inutil|loc[oa])|(?:nao )?(?:serve|"
    r"serv\wm|presta|prestam) para nada|ninguem (?:resolve|presta)(?: nada)?|me (?:enrol\w+|estress\w+)|"
    r"vergonhoso|furia|"
    r"inadmissivel|inaceitavel|indignacao|revoltante|porcaria de atendimento|bando de \w+|robo (?:burr|idiot|"
    r"estupid|inutil)\w*|"
    r"maquina burra|ridiculous|disgusting|this is outrageous) "
)
_PATTERNS = {
    name: re.compile(" (?:" + "|".join(sorted(map(re.escape, listed), key=len, reverse=True)) + ")(?= )")
    for name, listed in (("positive", POSITIVE), ("negative", NEGATIVE), ("mild", IRRITATED_MILD))
}
_NOT = re.compile(
    r" (?:nao|nem|nunca|sem|nada|pouco|deixei de)(?: (?:e|foi|esta|estou|fiquei|me|muito|tao|mais|ficou|to|"
    r"estava|achei|tenho|tenha|com|ser|era|la|de|te|acho|sinto|ta))*$"
)
_COURTESY = words("obrigada obrigado agradeco combinado fechado fechou legal top show sonho valeu")
"""Warm words that are often mere manners: alone they need no more,
    in a refusal or a question they count for nothing."""
_REFUSES = re.compile(r" (?:nao|desisti|nada|deixa|dispenso) ")
_ASKED_ABOUT = phrases(
    """hematoma, hematomas, salgado, torto, torta, trauma, feio, feia, complicado, complicada, ruim, pior,
    caro demais,
    muito caro, super caro, bem caro, meio caro, demorado, demora muito, doi demais, dificil conseguir,
    se der errado"""
)
"""What leads ask about without feeling it: "fica feio?", "é muito caro?"."""
_REPEATING = re.compile(
    r" (?:ja (?:falei|disse|respondi|perguntei|te falei|te disse|informei|passei|expliquei|mandei)|de novo isso|"
    r"mesma (?:coisa|pergunta)|quantas vezes|(?:mil|tres|dez|varias) vezes|terceira vez|perguntar de novo|repetir|"
    r"eu perguntei|perguntei (?:o|a|quanto|foi)|responde\w*) "
)
_LEGAL_STEP = re.compile(r" advogad\w+ ")
_VERDICT = re.compile(
    r" (?P<word>pessim[oa]|horrivel|terrivel|ridiculo|lixo|absurdo) (?:[,.!] )*(?:(?P=word) |(?:! ){2})"
)
"""A verdict said twice, or with marks piled up behind it."""
_GLAD_ANGER = re.compile(r" (?:kk\w*|haha\w*|rs+|(?<!de )brincadeira) ")
_LEAVES_US_OUT = re.compile(
    r" (?:minha vida|meu (?:marido|chefe|ex|trabalho|dia|secador|carro|celular|filho|nariz|rosto)|essa (?:mancha|"
    r"tatuagem|"
    r"ruga|papada|barriga)|comprei|transito|minhas? (?:\w+)) "
)


class Anger(IntEnum):
    """How angry a message is."""

    NONE = 0
    MILD = 1
    """Impatient: human help is called the second time."""
    STRONG = 2
    """Insults, shouting, a verdict on the service: human help is called at once."""


def anger_of(hearing: Hearing) -> Anger:
    """The anger at us in one message; anger at a tattoo or a hair dryer is none."""
    text = hearing.text
    if _PATTERNS["positive"].search(text) and not _PROFANE.search(_INTENSIFIER.sub(" ", text)) and not _shouts(hearing):
        return Anger.NONE
    if _GLAD_ANGER.search(text) and not _PROFANE.search(text):
        return Anger.NONE
    if _PROFANE.search(_INTENSIFIER.sub(" ", text)) or _ANGRY.search(text):
        return Anger.NONE if _about_others(text) else Anger.STRONG
    if _VERDICT.search(text):
        return Anger.STRONG
    if _REPEATING.search(text) and not _LEGAL_STEP.search(text) and _shouts(hearing):
        return Anger.STRONG
    if any(letter in EMOJI_ANGRY for letter in hearing.said.raw):
        return Anger.STRONG
    mild = _PATTERNS["mild"].search(text)
    if mild and not _about_others(text):
        return Anger.STRONG if _shouts(hearing) else Anger.MILD
    return Anger.MILD if _shouts(hearing) and _commands(text) else Anger.NONE


def _about_others(text: str) -> bool:
    return bool(_LEAVES_US_OUT.search(text)) and not re.search(
        r" (?:voces?|atendimento|clinica|robo|resposta|respond\w+) ", text
    )


def _shouts(hearing: Hearing) -> bool:
    """Capitals throughout, or marks that pile up."""
    raw = hearing.said.raw
    letters = [letter for letter in raw if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return (
        (len(letters) >= 8 and capitals >= 0.8 * len(letters))
        or "! !" in hearing.text
        or "? ? ?" in hearing.text
        or bool(
            re.search(r"\b[A-ZÁÉÍÓÚÂÊÔÃÕÇ]{4,}\b.*!!|\b(?:NADA|PREÇO|VALOR|RESPOND\w+)\b", raw)
            and len(letters) > capitals
        )
    )


def _commands(text: str) -> bool:
    return bool(re.search(r" (?:respond\w+|perguntei|quero o (?:preco|valor)|fala|vou perguntar|quanto custa) ", text))


def mood_of(hearing: Hearing) -> Sentiment:
    """The mood of one message."""
    if anger_of(hearing) is not Anger.NONE:
        return Sentiment.IRRITATED
    if hearing.asked in (FactKind.NAME, FactKind.LOCATION) and len(hearing.said.words) <= 2:
        return Sentiment.NEUTRAL  # Linda is a name, Feliz a town.
    weight = _weight(hearing.said)
    if weight == 0:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if weight > 0 else Sentiment.NEGATIVE


def _weight(said: Normalised) -> float:
    """Above 0: warm words outweigh; below: sad ones do."""
    weight = sum((letter in EMOJI_POSITIVE) - (letter in EMOJI_NEGATIVE) for letter in said.raw[:1000]) * 0.6
    asks = "?" in said.tokens
    refuses = bool(_REFUSES.search(said.text))
    taken: list[tuple[int, int]] = []
    for name, sign in (("negative", -1.0), ("positive", 1.0)):
        for match in _PATTERNS[name].finditer(said.text):
            word = match.group().strip()
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            denied = bool(_NOT.search(said.text[max(0, match.start() - 40) : match.start()])) and " " not in word
            weight += _worth(word, sign, denied=denied, asks=asks, refuses=refuses)
    return weight


def _worth(word: str, sign: float, *, denied: bool, asks: bool, refuses: bool) -> float:
    if word in _COURTESY and (refuses or asks):
        return 0.0
    if asks and word in _ASKED_ABOUT and sign < 0:
        return 0.0
    if denied:
        return -0.8 if sign > 0 else 0.0
    return sign
