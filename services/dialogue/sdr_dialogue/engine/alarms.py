"""What must not wait for a form: an emergency, a legal threat, a minor."""

from __future__ import annotations

import re

from sdr_common.lead import EscalationReason

_EMERGENCY = re.compile(
    r" (?:nao (?:consigo|estou conseguindo|consegue|esta conseguindo) (?:\w+ )?(?:respirar|enxergar|engolir|"
    r"abrir o olho|"
    r"fechar o olho|mexer (?:o|a) (?:rosto|boca|braco|perna)|acordar)|nao (?:enxergo|enxerga|respiro|respira)|sem ar|"
    r"garganta fech\w+|lingua inchad\w+|falta de ar|(?:dificuldade|"
    r"dificil) (?:de|para|em) respirar|sufocando|reacao alergica|choque anafilatico|anafila\w+|(?:desmai|"
    r"convuls)\w+|"
    r"(?:muito|bastante) (?:sangue|sangramento)|sangrando(?: \w+){0,3}|nao para de sangrar|hemorragia|"
    r"necros\w+|(?:com|de|tive|tendo|muita|alta) (?:\d+ (?:graus )?(?:de )?)?febre|(?:\d\d )de febre|"
    r"(?:cara|rosto|boca|labios?|olhos?|corpo)(?: \w+)? (?:tod[ao] )?inchad[ao]s? (?:e |,)|"
    r"sera (?:que e )?alergia|deu alergia|"
    r"tive (?:uma )?(?:alergia|reacao)|infeccion\w+|infeccao|com pus|saindo pus|(?:perdi|perdendo|perdeu) a visao|"
    r"(?:vista|"
    r"visao) (?:\w+ )?(?:escur\w+|"
    r"embac\w+|turva\w*|dupla)|infeccionou|inflamou muito|bolhas (?:no|na|enormes)|"
    r"(?:labio|boca|rosto|pele|nariz|olho) (?:\w+ ){0,2}(?:ficou|ficaram|esta|estao|ficando|"
    r"virou) (?:\w+ )?(?:rox[oa]|pret[oa]|necros\w+|deform\w+|queimad[oa])|"
    r"(?:dor|dores) (?:muito forte|insuportavel|absurda|terrivel|intensa|forte demais)|muita dor|inch(?:ou|ado|"
    r"ada|ando) (?:muito|demais|bastante)|(?:muito|super) inchad[oa]|"
    r"emergencia|pronto socorro|passando (?:muito )?mal|me matar|suicid\w+|"
    r"acabar com (?:a )?minha vida|nao quero mais viver|tirar minha vida|queimou (?:minha|meu)|"
    r"(?:estou|esta|fiquei|ficou|deu|teve) (?:com )?(?:uma )?(?:febre|queimadura)|e febre) "
)
_NOT_EMERGENCY = re.compile(
    r" (?:da|tem|existe|corre|ha|causa|pode|risco|medo|vai|fica|ficam|doi|deixa|cicatriz(?:es)? de|marca de|"
    r"manchas? de|tratam|trata|tratar|remover|atende\w*|nao e|nada de|sem) (?:\w+ ){0,4}(?:emergencia|"
    r"necros\w+|infecc\w+|alergic\w+|queimadura|desmai\w+|inchad\w+|febre|sangr\w+|muita dor|dor\w*|pus) |"
    r" (?:lipo|bolsa|dor nas costas) "
)
_SYMPTOM = re.compile(
    r" (?:carne viva|doendo (?:muito|demais)|bolhas?|queim\w+|inch\w+|rox[oa]s?|pret[oa]s?|pus|sangue|sangr\w+|"
    r"febre|dormen\w+|formig\w+|sensibilidade|"
    r"enxerg\w+|visao|vista|alergi\w+|coc(?:eira|ando|a)|necros\w+|infec\w+|inflam\w+|desmai\w+|tont\w+|vomit\w+|"
    r"respir\w+|ardendo|ardencia|hematoma|caroco|nodulo|ferida|olho (?:caido|fechado|torto)|"
    r"paralis\w+|duro|(?:olho|palpebra|sobrancelha) (?:\w+ )?(?:caiu|caida|caindo)) "
)
_AFTERWARDS = re.compile(
    r" (?:depois d\w+|apos|desde|ontem|anteontem|hoje|semana passada|agora|faz \w+ (?:dias|horas)|fizeram|aplicou|"
    r"aplicaram|"
    r"aplicad[oa]|injetaram|que apliquei|que fiz|que coloquei|fiz|segunda|terca|quarta|quinta|sexta|sabado|na sessao|"
    r"da sessao) "
)
_STATE = re.compile(
    r" (?:esta|estou|ficou|ficaram|fiquei|ficando|virou|deu|comecou|comecei|comecaram|tive|saindo|queimou|"
    r"queimaram|inchou|"
    r"inflamou|infeccionou|doendo|continua|piorando|piorou|nao (?:para|passa|melhora|sinto|consigo|enxergo)) "
)
_OF_OTHERS = re.compile(
    r" (?:minha|meu|uma|um) (?:\w+ )?(?:amig[oa]|prim[oa]|vizinh[oa]|colega|conhecid[oa]|irma|tia|cunhada) |"
    r" (?:tatuagem|ex|espinha|"
    r"acne|melasma|mancha|manchas|olheira|olheiras|gravidez|verao|praia|trabalho|academia|salgado|duro na queda) "
)
"""Whoever tells of a friend, or of what is to be treated, needs no help at once."""
_LEGAL = re.compile(
    r" (?:extrajudicial|processo judicial|judicial|indeniza\w+|tribunal|juizado|pequenas causas|codigo de defesa|"
    r"liminar|"
    r"(?:escritorio|advogad[oa]s?) (?:\w+ ){0,3}represent\w+|representa (?:a|o) (?:sra|sr|senhora|senhor)|"
    r"(?:meus|nossos) advogados|"
    r"process(?:ar|o judicial|arei|ando) (?:voces|a clinica|vcs|essa|judicial\w*)|vou (?:te |"
    r"os |as )?processar(?= [.,!?]| $| e | se | por | pel[ao] | voces? | a clinica | essa |"
    r" isso tudo)(?! isso (?:direito|tudo antes))|"
    r"(?:acionar|acionei|aciono)(?: \w+){0,2} (?:justica|procon|advogad[oa]|meus direitos)|"
    r"vou atras dos meus direitos|(?:vou|irei) (?:\w+ ){1,3}e processar|"
    r"intimacao|(?:meter|colocar|por|abrir|entrar com) (?:um |uma )?(?:processo|acao)|(?:processo|acao) contra|"
    r"procurar (?:os )?meus direitos|procon|(?:meu |minha |"
    r"chamar (?:o |a |um )?|falar com (?:o |a )?meu )advogad[oa]|"
    r"(?:na|a) justica(?! (?:seja|federal|do trabalho|eleitoral|militar))|acao judicial|"
    r"judicialmente|reclame aqui|(?:vou )?denunci\w+|"
    r"vigilancia sanitaria|danos morais|boletim de ocorrencia|registrar (?:um )?bo|(?:vou|irei|queixa) (?:na|a|"
    r"ate a) delegacia|"
    r"ministerio publico|conselho (?:regional )?de medicina|erro medico) "
)
_AGE = r"(?:1[0-7]|[89]|dez|onze|doze|treze|quatorze|catorze|quinze|dezesseis|dezessete)"
_MINOR = re.compile(
    rf" (?:(?:eu )?(?:tenho|fiz|completei|vou fazer|so tenho|estou com|tou com) (?:apenas |so )?{_AGE} (?:anos|"
    rf"aninhos)(?! (?:de|que|atras))|(?:vou fazer|faco|fiz|so tenho|completo) {_AGE}(?= (?:ainda|esse ano|"
    rf"este ano|agora|em|mes|"
    rf"ano que vem)| [.,!?]| $)|(?:com|aos) {_AGE} anos(?! de)|(?:eu )?tenho {_AGE}(?= [.,!?]| $| e (?:quero|"
    rf"queria|posso|meus|minha))|"
    rf"sou (?:de )?menor(?: de idade)?|menor de idade|sou {_AGE} anos|"
    r"ainda nao (?:tenho|fiz) (?:18|dezoito)(?: anos)?|"
    rf"(?:estou |to )?no (?:\d ?o? |primeiro |segundo |terceiro )?ano (?:da escola|"
    rf"do (?:ensino )?(?:fundamental|medio))|"
    rf"sou {_AGE}(?= [.,!?]| $| e | posso | can )) "
)
_NOT_MINOR = re.compile(
    r" (?:nao sou (?:de )?menor|menor (?:preco|valor|que|do que)|(?:minha |meu )?(?:filh[oa]|sobrinh[oa]|"
    r"net[oa]|irma|irmao|amig[oa])|festa|desde os|engravidei|casei|comecei|fiz minha|experiencia) "
)


def alarm_of(text: str) -> EscalationReason | None:
    """The alarm that a plain text raises, the gravest first; None: none."""
    if (_EMERGENCY.search(text) and not _NOT_EMERGENCY.search(text)) or _suffers(text):
        return EscalationReason.EMERGENCY
    if _LEGAL.search(text) and not re.search(r" (?:sou|trabalho como) advogad", text):
        return EscalationReason.LEGAL
    if _MINOR.search(text) and not _NOT_MINOR.search(text):
        return EscalationReason.MINOR
    return None


def _suffers(text: str) -> bool:
    """Whether something has happened to the lead after a procedure: a sign of it, when, and that it lasts."""
    if not (_SYMPTOM.search(text) and _AFTERWARDS.search(text) and _STATE.search(text)):
        return False
    return not _OF_OTHERS.search(text)
