"""When the lead wants it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from sdr_common.lead import FactKind, UrgencyLevel
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.engine.calendar_pt import (
    DAY_NUMBER,
    FEAST,
    MONTH,
    MONTH_PART,
    MONTHS,
    NUMBER,
    WEEKDAYS,
    days_of,
    days_to_day,
    days_to_feast,
    days_to_slashed,
    days_to_weekday,
    level_of_days,
    level_of_month,
    level_of_month_part,
    number,
)
from sdr_dialogue.engine.hearing import Hearing, is_evasion, is_no, is_unknown, is_yes

_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
_RESEARCHING = re.compile(
    r" (?:(?:tenho|tem|ha|estou com) pressa (?:nao|nenhuma)|todo (?:o )?tempo do mundo|(?:sem|nenhuma|zero|"
    r"nada de) (?:pressa|data|prazo|previsao|urgencia|planos?)|tanto faz|tanto fez|"
    r"nao (?:estou|tem|tenho|e|ha|esta) (?:com )?(?:nenhuma |muita |tanta )?pressa|"
    r"(?:estou|tem|tenho|esta) (?:com )?nenhuma pressa|"
    r"(?:nao|n) (?:tenho|tem|ha|sei|defini|decidi|pensei|marquei|estou com)(?: \w+){0,3} (?:data|prazo|pressa|"
    r"previsao|urgencia|quando)|"
    r"so (?:estou |uma |de |para |a |fazendo (?:uma )?|dando uma |queria |quero |mesmo )*(?:pesquis\w+|olh\w+|"
    r"vendo|ver|sondando|cotando|cotacao|curios\w+|orcamento|"
    r"levantando|comparando|especulando|perguntando|olhadinha)|(?:apenas|somente) (?:estou )?(?:pesquis\w+|"
    r"olhando|curiosidade|vendo|cotando)|"
    r"por (?:enquanto|hora|agora) (?:eu )?(?:estou )?(?:so )?(?:pesquis\w+|olhando|vendo|curiosidade|nao|nada)|"
    r"(?:ainda )?estou (?:ainda )?(?:so |apenas |na fase de )?(?:pesquisando|cotando|sondando|avaliando|"
    r"especulando|vendo precos?|"
    r"vendo valores|so vendo|olhando ainda|vendo ainda|decidindo|juntando)(?: \w+){0,2}|"
    r"(?:vou|preciso|estou) junta(?:r|ndo) (?:\w+ )?(?:dinheiro|grana|din|uma grana)|"
    r"(?:quando|assim que) (?:eu )?(?:der|puder|tiver|conseguir|sobrar|juntar|receber|decidir|criar|tomar|perder|"
    r"for possivel|"
    r"melhorar de grana|a grana|o dinheiro)(?! (?:vaga|horario|agenda))|(?:algum|"
    r"um) dia(?: desses| quem sabe)?|futuramente|"
    r"mais para frente|la para frente|"
    r"nao (?:e|esta|seria) (?:\w+ )?(?:urgente|agora|para agora|ja)|qualquer (?:dia|data|hora|momento|epoca)|"
    r"nao e nada urgente|"
    r"para (?:o )?futuro|no futuro|pesquisando (?:ainda|precos?|valores|clinicas|por enquanto)|sem compromisso|"
    r"nada urgente|com calma|na calma|"
    r"em pesquisa|fase de pesquisa|ainda (?:esta )?pesquisando) "
)
_SOON = re.compile(
    r" (?:(?:o )?(?:quanto antes|mais (?:rapido|breve|cedo|logo)(?: possivel| que der| que puder)?)|"
    r"urgente(?:mente)?|urgencia|imediat\w+|"
    r"assim que (?:der|possivel|for possivel|puder|tiver (?:vaga|horario)|conseguir)|(?:para|pra) ontem|(?:para|"
    r"por) (?:ja|"
    r"hoje)|para agora|ja mesmo|agora mesmo|pressa|"
    r"(?:esses|estes|nesses|nestes) dias|(?:os |nos )?proximos dias|(?:daqui a|em|daqui) (?:uns|alguns|poucos) dias|"
    r"mais proxim[ao] (?:data|horario|dia)|primeir[ao] (?:horario|data|vaga)|quando (?:voces )?(?:puderem|quiserem)|"
    r"quando (?:voces )?(?:tiver\w*|houver|abrir) (?:vaga|horario|agenda|um horario|uma vaga)|logo logo) "
)
_THIS_WEEK = re.compile(
    r" (?:(?:ainda |para |n)?(?:essa|esta|nessa|nesta|dessa|desta)(?: mesma)? semana(?: mesmo| ainda)?|"
    r"depois de amanha|amanha|hoje(?: mesmo| ainda)?|"
    r"(?:esse |este |nesse |neste |no |proximo )?(?:fim|final) de semana) "
)
_NEXT_WEEK = re.compile(
    r" (?:(?:na |para a? ?)?(?:semana|sem) que (?:ve?[mn]|entra|chega)|(?:na |para a? ?)?(?:proxima|outra) semana|"
    r"semana proxima|"
    r"sem ser (?:essa|esta)(?: semana)?(?: ,)?(?: so)? (?:a|na) (?:outra|proxima)|"
    r"(?:essa|esta|nessa|nesta) (?:semana )?(?:eu )?nao(?: \w+){0,2} (?:, )?(?:so )?(?:a|na) (?:outra|"
    r"proxima)(?: semana)?|"
    r"(?:na |a )?outra(?= [.,!]| $| porque| pq| mesmo)|"
    r"(?:as |nas )?proximas semanas|(?:as |nas )?(?:duas )?proximas (?:duas |2 )?semanas|quinzena) "
)
_NEXT_MONTH = re.compile(
    r" (?:(?:na |a |pela )?virada do mes|(?:quando )?(?:o mes virar|virar o mes)|(?:no |para o? ?)?(?:mes|"
    r"m) que (?:ve?[mn]|entra|chega)|(?:no |para o? ?)?(?:proximo|outro) mes|mes proximo|"
    r"(?:no |para o? ?)?(?:comeco|inicio|final|fim|meio) do (?:mes que vem|proximo mes|outro mes)|em breve) "
)
_THIS_MONTH = re.compile(
    r" (?:(?:ainda |n|para )?(?:esse|este|nesse|neste|desse|deste)(?: mesmo)? mes(?: ainda)?|(?:no |ate o )?(?:fim|"
    r"final|ultima semana|ultimos dias|finalzinho) d[oe](?:sse|ste)? mes) "
)
_LATER = re.compile(
    r" (?:(?:ainda )?(?:esse|este|nesse|neste) (?:semestre|ano)|(?:so )?em 20(?:2[7-9]|[3-9]\d)|(?:no |"
    r"para o? ?)?ano que vem|(?:no |o )?proximo (?:ano|semestre)|"
    r"(?:no |para o )?(?:outro|"
    r"segundo) semestre|"
    r"semestre que vem|(?:no |para o )verao|"
    r"(?:nos |os )?proximos meses|(?:nas |minhas )?ferias|(?<! a )(?<!pela )(?:ainda )?(?:vai )?demora\w*|"
    r"daqui (?:a )?(?:muito|um bom) tempo) "
)
_AMOUNT = re.compile(
    r" (?P<lead>de hoje a |daqui (?:a )?(?:mais ou menos |umas? |uns )?|dentro de (?:umas? |uns )?|em ate |ate |"
    r"em (?:uns |umas |mais ou menos |torno de )?|"
    rf"nos proximos |nas proximas |proximos |proximas |nuns |numas |para daqui (?:a )?|mais ou menos |uns |umas |)"
    rf"(?:{NUMBER} (?:ou|a|e) )?(?P<amount>{NUMBER}) (?P<unit>dias?|diazinhos|semanas?|semaninhas?|mes|"
    rf"mesinhos?|meses|anos?)(?P<half> e (?:meia|meio|pouc[ao]|tanto))? "
)
_NOT_AHEAD = re.compile(
    r" (?:faz|fazem|fez|de \d+ em|em \d+ em|ha|tem|tenho|dura\w*|gravida|gestante|bebe|filh[ao]|parcel\w+|cada|"
    r"a cada|atras|tinha|"
    r"passad[ao]s?|de idade|casad[ao]|sessoes|"
    r"namoro|experiencia|recupera\w+|amamentei|estou amamentando|garantia|dieta|academia) "
)
_DATED = re.compile(
    rf" (?:(?:no |ate |para |antes do |depois do |la pelo )?dia )?(?P<day>\d{{1,2}}|primeiro|{DAY_NUMBER}) (?:de|"
    rf"do) (?P<month>{MONTH}) | (?P<slashed>\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?) |"
    rf" (?:no |ate |ate o |para |para o |antes do |depois do |la pelo )?dia (?P<bare>{DAY_NUMBER}|primeiro) "
)
_MONTH_NAMED = re.compile(
    r" (?:em|ate|para|de|antes de|depois de|so em|la para|meados de|comeco de|inicio de|fim de|final de|"
    rf"la por|mes de) (?P<month>{MONTH}) "
)
_BARE_MONTH = re.compile(rf" (?P<month>{MONTH}) ")
_FEAST = re.compile(
    r" (?P<lead>(?:no|na|nas|ate|antes|para|pro|pelo|pela|perto|apos|depois|la|so|d|quando|feriado|passando|"
    r"passar|passado|"
    rf"vespera)(?: (?:o|a|os|as|do|da|das|de|para|chegar|no|na))* )?(?:feriado (?:de |da |do )?)?(?P<feast>{FEAST}) "
)
_AFTER_DAYS = 3
"""How soon after a feast "depois do carnaval" is."""
_MONTH_PART_NAMED = re.compile(rf" (?P<part>{MONTH_PART})(?: do mes)? de (?P<month>{MONTH}) ")
_WEEKDAY_SAID = re.compile(
    r" (?:na |no |nessa |nesse |para |ate |essa |esse |proxim[ao] |"
    rf"de )?(?P<day>{_WEEKDAY})(?: feira)?(?P<next> que vem| da semana que vem| da outra semana|"
    r" da proxima semana)? "
)
_PLANS = re.compile(
    r" (?:quero|queria|gostaria|quer|posso|consigo|conseguiria|poderia|pode ser|podemos|marcar|agendar|fazer|"
    r"ir|horario|vaga|encaixe|para|preciso|"
    r"pretendo|planejo|vou|disponivel|disponibilidade|agenda|remover|realizar|comecar|ate|antes|seria|ideal|dar|da) "
)
_HOURS = re.compile(
    r" (?:abre|abrem|aberto|aberta|abertos|funciona\w*|fecha\w*|atende|atendem|que horas|"
    r"horario de (?:funcionamento|atendimento)) "
)
_IMPOSSIBLE = re.compile(r"^(?:nao (?:da|posso|consigo|rola|vai dar|vai|e possivel|tem como|quero))(?: |$)")
_REFUSED = re.compile(
    r" (?:nao(?: posso| consigo| da| quero| pode ser| vai dar| e| precisa ser| tem que ser| ser| para| ir|"
    r" fazer| na| no| marcar| nem)*|menos) $"
)
_ONLY = re.compile(r" (?:so|apenas|somente|ainda|sem|nao|por enquanto|tanto) ")
_WEAK = re.compile(r" (?:logo|breve|rapido|agora|ja|essa|esta) ")
_PAST = re.compile(r" (?:nasci|nascimento|fiz|foi|desde|aniversario (?:e|foi))(?: \w+){0,3} $")
_TOLD = re.compile(r" ja (?:\w+ei|\w+i|disse|fiz|foi) ")
_LABELS = {
    UrgencyLevel.THIS_WEEK: "Esta semana",
    UrgencyLevel.NEXT_TWO_WEEKS: "Próximas 2 semanas",
    UrgencyLevel.WITHIN_30_DAYS: "Até 30 dias",
    UrgencyLevel.OVER_30_DAYS: "Mais de 30 dias",
    UrgencyLevel.RESEARCHING: "Só pesquisando",
}

_Found = tuple[UrgencyLevel, tuple[int, int]]
_Finder = Callable[[str, date, bool], list[_Found]]


def read_urgency(hearing: Hearing) -> FactDraft | None:
    """When the lead wants it, or None. A correction, or a change of mind about a date, replaces what is known."""
    asked = hearing.asked is FactKind.URGENCY
    text = hearing.text
    found = _stated(text, hearing.now.date(), asked)
    if not found:
        return _bare(hearing) if asked else None
    if _HOURS.search(text) and (not asked or "?" in text) and not _PLANS.search(text):
        return None
    level, span = found[-1] if hearing.corrects else found[0]
    if level is UrgencyLevel.RESEARCHING and hearing.asked is FactKind.KNOWLEDGE and not _ONLY.search(text):
        return None  # "Tô pesquisando há um tempo" tells what the lead knows.
    known = FactKind.URGENCY in hearing.facts
    if known and not (asked or hearing.corrects or level is not UrgencyLevel.RESEARCHING):
        return None
    confidence = 0.95 if hearing.corrects or asked else 0.9 if _PLANS.search(text) else 0.8
    value = hearing.said.exact(*span) if hearing.language == "pt" else _LABELS[level]
    return hearing.draft(FactKind.URGENCY, value[:1].upper() + value[1:], level, span, confidence=confidence)


def _stated(text: str, today: date, asked: bool) -> list[_Found]:
    found = [hit for finder in _FINDERS for hit in finder(text, today, asked)]
    found = [hit for hit in found if not _taken_back(text, hit[1])]
    # The longest reading of a place in the text wins: "dia 20 de março" over "em março".
    kept: list[_Found] = []
    for level, (start, end) in sorted(found, key=lambda hit: (hit[1][0] - hit[1][1], hit[1][0])):
        if not any(start < other_end - 1 and other_start < end - 1 for _, (other_start, other_end) in kept):
            kept.append((level, (start, end)))
    dated = [hit for hit in kept if hit[0] is not UrgencyLevel.RESEARCHING]
    if dated and any(hit[0] is UrgencyLevel.RESEARCHING for hit in kept):
        # "Sem pressa, mas queria antes do Natal": the date says more; "hoje não, só pesquisando" says less.
        kept = sorted(dated, key=lambda hit: hit[1][0])
    return sorted(kept, key=lambda hit: hit[1][0])


def _taken_back(text: str, span: tuple[int, int]) -> bool:
    start, end = span
    return bool(_IMPOSSIBLE.match(text[end:].lstrip())) or bool(_REFUSED.search(text[max(0, start - 45) : start + 1]))


def _phrases(text: str, _today: date, asked: bool) -> list[_Found]:
    found = [(UrgencyLevel.RESEARCHING, match.span()) for match in _RESEARCHING.finditer(text)]
    found += [(UrgencyLevel.THIS_WEEK, match.span()) for match in _SOON.finditer(text) if asked or _urgent(text, match)]
    found += [(UrgencyLevel.NEXT_TWO_WEEKS, match.span()) for match in _NEXT_WEEK.finditer(text)]
    found += [(UrgencyLevel.WITHIN_30_DAYS, match.span()) for match in _NEXT_MONTH.finditer(text)]
    found += [
        (UrgencyLevel.OVER_30_DAYS, match.span())
        for match in _LATER.finditer(text)
        if "ferias" not in match.group() or ((asked or _PLANS.search(text)) and not _BARE_MONTH.search(text))
    ]
    if asked or _PLANS.search(text):
        found += [(UrgencyLevel.THIS_WEEK, match.span()) for match in _THIS_WEEK.finditer(text)]
    else:
        found += [
            (UrgencyLevel.THIS_WEEK, match.span())
            for match in _THIS_WEEK.finditer(text)
            if "hoje" not in match.group() and not text.rstrip().endswith("?")
        ]
    return found


def _urgent(text: str, match: re.Match[str]) -> bool:
    """Whether haste is about the wish: not "nao tenho pressa", not an answer wanted quickly."""
    before = text[max(0, match.start() - 40) : match.start() + 1]
    return not re.search(r" (?:sem|nao|responde\w*|resposta|nem) (?:\w+ ){0,3}$", before)


def _this_month(text: str, today: date, _asked: bool) -> list[_Found]:
    found = []
    for match in _THIS_MONTH.finditer(text):
        days = days_to_day(31, today, today.month) or days_to_day(30, today, today.month) or 28 - today.day
        found.append((level_of_days(max(days, 0)), match.span()))
    return found


def _amounts(text: str, _today: date, asked: bool) -> list[_Found]:
    found = []
    for match in _AMOUNT.finditer(text):
        around = text[max(0, match.start() - 30) : match.end() + 12]
        if _NOT_AHEAD.search(" " + around + " ") or not (
            asked
            or match["lead"].startswith(("de hoje", "daqui", "dentro", "em ", "ate", "para", "prox", "nos", "nas"))
        ):
            continue
        amount = number(match["amount"])
        if match["unit"].startswith("ano") and not match["lead"].startswith(("de hoje", "daqui", "em", "dentro")):
            continue
        if amount:
            days = days_of(amount, match["unit"])
            half = days_of(1, match["unit"]) // 2 if match["half"] else 0
            found.append((level_of_days(days + half), match.span()))
    return found


def _dates(text: str, today: date, asked: bool) -> list[_Found]:
    found: list[_Found] = []
    for match in _DATED.finditer(text):
        if match["slashed"]:
            days = days_to_slashed(match["slashed"], today)
        elif match["bare"]:
            next_month = text[match.end() - 1 :].startswith((" do mes que vem", " do proximo mes"))
            days = days_to_day(_day(match["bare"]), today, today.month % 12 + 1 if next_month else 0)
        else:
            days = days_to_day(_day(match["day"]), today, MONTHS[match["month"]])
        if days is not None and not _PAST.search(text[max(0, match.start() - 25) : match.start() + 1]):
            found.append((level_of_days(days), match.span()))
    pattern = _BARE_MONTH if asked else _MONTH_NAMED
    if not re.search(r" (?:fiz|foi|desde|passado|passada|nasci|nascimento) ", text):
        found += [
            (level_of_month(MONTHS[match["month"]], today), match.span())
            for match in pattern.finditer(text)
            if not text[: match.start("month")].endswith(" rio de ")
        ]
        found += [
            (level_of_month_part(match["part"], MONTHS[match["month"]], today), match.span())
            for match in _MONTH_PART_NAMED.finditer(text)
        ]
    return found + _feasts(text, today, asked)


def _day(word: str) -> int:
    return 1 if word == "primeiro" else number(word)


def _feasts(text: str, today: date, asked: bool) -> list[_Found]:
    found = []
    for match in _FEAST.finditer(text):
        lead = match["lead"] or ""
        if not lead and not asked:
            continue  # "Natal" alone may be the town.
        after = _AFTER_DAYS if lead.startswith(("depois", "apos", "pass", "so depois", "la para depois")) else 0
        found.append((level_of_days(days_to_feast(match["feast"], today) + after), match.span()))
    return found


def _weekdays(text: str, today: date, asked: bool) -> list[_Found]:
    if not asked and not _PLANS.search(text):
        return []
    found = []
    for match in _WEEKDAY_SAID.finditer(text):
        if match["day"] in ("segunda", "terca", "quarta", "quinta", "sexta") and re.match(
            r"(?:vez|sessao|opcao|mao|parte|dose|pessoa|quinzena|metade|fase|etapa|semana d)", text[match.end() :]
        ):
            continue
        days = days_to_weekday(WEEKDAYS[match["day"]], today, next_week=bool(match["next"]))
        if match["next"]:
            days = max(days, 8)
        found.append((level_of_days(days), match.span()))
    return found


_FINDERS: tuple[_Finder, ...] = (_phrases, _this_month, _amounts, _dates, _weekdays)


_DELIBERATES = re.compile(
    r" (?:(?:vou|preciso|quero|deixa eu|deixe eu|tenho que|irei|prefiro) (?:\w+ ){0,2}?(?:ver|pensar|amadurecer|"
    r"analisar|avaliar|"
    r"decidir|refletir|organizar|planejar|consultar|conversar|juntar|esperar)|(?:so|apenas|somente) (?:me |"
    r"dando (?:uma )?)?\w+(?:ndo|ada|"
    r"adinha|inha|uns|umas)|me informando|sondada|assim que cair|vou te falar|te aviso|te falo) "
)
"""An answer that puts the date off."""


_SOME_DAY = re.compile(r" (?:quando|assim que|depois que|so se|se) (?:\w+ ){0,2}?\w{2,}(?:ar|er|ir|or) ")
"""A condition instead of a date: "quando passar o calor"."""


def _bare(hearing: Hearing) -> FactDraft | None:
    """The answer to "quando?" without a date: "não sei", "logo", "sim" to "tem data em mente?" says nothing."""
    said = hearing.said
    if is_yes(said) or len(said.words) > 12:
        return None
    if (draft := _put_off(hearing)) is not None:
        return draft
    match = _WEAK.search(said.text)
    if match and match.group().strip() in ("logo", "breve"):
        return hearing.whole(FactKind.URGENCY, said.raw.strip(), UrgencyLevel.WITHIN_30_DAYS, 0.6)
    if match and len(said.words) <= 4 and not hearing.corrects and not _TOLD.search(said.text):
        return hearing.whole(FactKind.URGENCY, said.raw.strip(), UrgencyLevel.THIS_WEEK, 0.7)
    if hearing.insists and not is_evasion(said):
        return hearing.whole(FactKind.URGENCY, said.raw.strip()[:200], UrgencyLevel.RESEARCHING, 0.5)
    return None


def _put_off(hearing: Hearing) -> FactDraft | None:
    """No date yet: it deliberates, does not know, or sets a condition."""
    said, value = hearing.said, hearing.said.raw.strip()[:200]
    confidence = 0.0
    if "?" not in said.tokens and _DELIBERATES.search(said.text):
        confidence = 0.7
    elif is_unknown(said):
        value, confidence = "Ainda não sabe quando", 0.65
    elif _SOME_DAY.search(said.text) or (said.words[:1] == ("nao",) and _WEAK.search(said.text)):
        confidence = 0.6
    elif is_no(said):
        value, confidence = "Sem data definida", 0.6
    return hearing.whole(FactKind.URGENCY, value, UrgencyLevel.RESEARCHING, confidence) if confidence else None
