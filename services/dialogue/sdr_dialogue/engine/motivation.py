"""Why the lead wants it, beyond the procedure itself."""

from __future__ import annotations

import re

from sdr_common.lead import FactKind, MotivationLevel
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.engine.hearing import Hearing

_CLEAR = re.compile(
    r" (?:casamento|vou (?:me )?casar|vai (?:se )?casar|me casar|vou casar|caso (?:em|no|dia)|noiv[ao]|noivado|"
    r"madrinha|padrinho|"
    r"formatura|me formo|vou me formar|aniversario|"
    r"(?:minha |uma |a |da )festa|festa de|bodas|debutante|(?:minha |uma |a |de |vou )viaj\w+|viagem|"
    r"lua de mel|cruzeiro|reveillon|ano novo|"
    r"ensaio(?: fotografico)?|sessao de fotos|entrevista(?: de emprego)?|emprego novo|novo emprego|concurso|"
    r"promocao no trabalho|(?:para o|meu|exige|exigencia do) trabalho|"
    r"me separ\w+|divorci\w+|(?:meu|do|um) termino|termino d[oe] (?:namoro|casamento|noivado|relacionamento)|"
    r"terminei (?:o|um|meu) \w+|ex (?:marido|namorad[oa]|noiv[oa]|mulher|esposa)|nome (?:de|do|"
    r"da) (?:meu |minha )?ex|gravidez|apos (?:a )?gravidez|(?:ter|tive) (?:meu |minha |um |uma )?(?:filh[oa]|"
    r"bebe)|"
    r"amamentei|perdi (?:\w+ )?(?:quilos|kg|peso)|emagreci|bariatrica|praia|biquini|piscina|carnaval|evento|"
    r"congresso|apresentacao|palestra|"
    r"(?:fazer|completar|completo|faco|vou fazer) \d{2}(?: anos)?|me arrepend\w+|arrependid[ao]|arrependimento|"
    r"exercito|policia|militar|bombeir[oa]|comissari[oa]|modelo|batizado|reencontro|aposentad\w+) "
)
# "Quero ficar mais bonita" is the wish itself; only as an aim ("para ficar…") is it a reason beyond it.
_GENERIC = re.compile(
    r" (?:auto ?estima|me sentir (?:melhor|bem|bonit[ao]|mais)|sentir melhor|"
    r"(?:para|porque|motivo) (?:eu |quero |e |queria ){0,3}ficar (?:mais )?(?:bonit[ao]|"
    r"lind[ao]|jovem|nov[ao]|gata)|me cuidar|cuidar (?:mais )?de mim|"
    r"me incomoda\w*|incomodand\w+|incomodad[ao]|incomoda (?:muito|demais|bastante)|tenho vergonha|vergonha|"
    r"complex\w+|insatisfeit[ao]|(?:me ach[oa]\w*|estou ficando|me vejo) (?:muito )?(?:velh[ao]|fei[ao]|"
    r"acabad[ao]|cansad[ao])|me sinto (?:mal|feia|feio|velha|velho|envelhecida|envelhecido|cansad[ao]|"
    r"inseguro|insegura)|"
    r"insegur\w+|(?:cara|aparencia|aspecto|rosto|expressao) (?:de )?(?:cansad[ao]|velh[ao]|abatid[ao]|"
    r"caid[ao])|parec\w+ (?:mais |menos )?(?:cansad[ao]|velh[ao]|nov[ao]|jovem|brav[ao])|envelhec\w+|idade chegando|"
    r"idade|odeio (?:meu|minha|meus|minhas)|"
    r"nao gosto d[aeo]s? (?:meu|minha|meus|minhas)|nao aguento mais|de saco cheio d|maquiagem|"
    r"me olhar no espelho|espelho|presente para mim|sonho(?: antigo)?|sempre (?:quis|sonhei|tive vontade)|"
    r"praticidade|confianca|qualidade de vida) "
)
_CLEAR_NEEDS_AIM = re.compile(
    r" (?:praia|piscina|promocao|modelo|evento|no trabalho|do trabalho|emagreci|idade|ano novo|reveillon|carnaval) "
)
_AIM = re.compile(
    r" (?:para|antes|ate|porque|por causa|usar|exige|vou|tenho|meu|minha|quero|depois|apos|ficou|fiquei|pele) "
)
_ELSEWHERE = re.compile(
    r" (?:(?:depois|apos|passar|passando) (?:d?o |d?a |de )?(?:carnaval|ano novo|reveillon|praia)|voltar da praia|"
    r"volt\w+ de viagem|"
    r"feliz aniversario|nao (?:e|tenho)(?: \w+){0,2} (?:evento|motivo)|promocao de|tem promocao|(?:tenho|"
    r"de) (?:\w+ )?anos de casad[ao]) "
)
_LABELS = {MotivationLevel.CLEAR: "Motivo claro", MotivationLevel.GENERIC: "Motivo geral"}


def read_motivation(hearing: Hearing) -> FactDraft | None:
    """A reason, or None; a clear one replaces a general one."""
    known = hearing.facts.get(FactKind.MOTIVATION)
    text = hearing.text
    if _ELSEWHERE.search(text):
        return None
    clear = _CLEAR.search(text)
    if clear and (not _CLEAR_NEEDS_AIM.search(clear.group()) or _AIM.search(text)) and not _asked_by_lead(text):
        if known is None or known.level != MotivationLevel.CLEAR or hearing.corrects:
            return _draft(hearing, MotivationLevel.CLEAR, clear.span())
        return None
    general = _GENERIC.search(text)
    if general and known is None and not _asked_by_lead(text):
        return _draft(hearing, MotivationLevel.GENERIC, general.span())
    return None


def _asked_by_lead(text: str) -> bool:
    return bool(re.search(r" (?:voces|tem|existe) ", text)) and text.rstrip().endswith("?") and " meu " not in text


def _draft(hearing: Hearing, level: MotivationLevel, span: tuple[int, int]) -> FactDraft:
    said = hearing.said
    value = (
        said.clause(*span) if hearing.language == "pt" else f"{_LABELS[level]}: {hearing.text[slice(*span)].strip()}"
    )
    return hearing.draft(FactKind.MOTIVATION, value[:200], level, span, confidence=0.8)
