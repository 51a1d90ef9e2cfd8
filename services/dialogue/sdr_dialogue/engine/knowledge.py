"""What the lead already knows about the procedure."""

from __future__ import annotations

import re

from sdr_common.lead import FactKind, KnowledgeLevel
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.domain.text import words
from sdr_dialogue.engine.hearing import Hearing, bare_words, is_evasion, is_no, is_unknown, is_yes

_NOT_DONE = (
    r"(?!pesquis|busca|procura|uma pesquis|uma busca|umas pesquis|algumas pesquis|o cadastro|cadastro|o pix|"
    r"pix|o pagamento|a inscri|minha parte|as contas|isso nao)"
)
_KNOWS = re.compile(
    r" (?:ja (?:fiz|tinha feito|havia feito|fiz isso|fazia|faco|coloquei|apliquei|usei|removi|tomei|"
    rf"passei por|tirei) {_NOT_DONE}\w+|"
    r"ja (?:fiz|faco|fazia|coloquei|apliquei) $|"
    r"(?:paguei|pago|gastei|gasto|cobraram|cobram|custa|sai|sai por|fica)(?: \w+){0,3} (?:\d{3,5}|mil)(?: reais)?|"
    r"ja (?:orcei|cotei|fiz(?: \w+)? orcament\w+)|orcei|(?:faco|fiz|fazia) (?:de \d+ em \d+|a cada|todo|sempre|ha|"
    r"faz|"
    r"desde)|(?:cliente|paciente|fregues\w*)s? (?:antig[ao]|fiel|de voces|da clinica|da casa|ai)|ja (?:era|fui|"
    r"sou) (?:paciente|cliente)|"
    r"sempre (?:faco|fiz|fazia|coloco|aplico)|"
    r"(?:eu )?(?:fiz|faco|coloquei|apliquei|fazia) (?:\w+ ){0,5}?(?:sempre|ano passado|mes passado|"
    r"semana passada|faz \w+|ha \w+|todo ano|todo mes|a cada|anos atras|meses atras|vezes|antes|em outra|"
    r"em outro|regularmente|direto|uma vez|duas vezes|com voces)|"
    r"(?:segunda|terceira|quarta|quinta|outra|mais uma) (?:vez(?! que (?:chamo|ligo|mando|pergunto|falo|peco|"
    r"escrevo|tento))|"
    r"sessao|aplicacao)|retoque|retocar|refazer|"
    r"(?:fazer|quero|repetir) (?:\w+ )?de novo|renovar|repetir|manutencao|"
    r"sei que (?:\w+ ){0,8}?(?:custa|fica|sai|gira)(?: |m )|(?:ja )?(?:sei|conheco|vi|pesquisei|"
    r"tenho (?:uma )?(?:nocao|ideia|base)|"
    r"sabia|consultei|cotei|levantei|"
    r"comparei)(?: \w+){0,3} (?:d?os |d?o |uns |quanto )?(?:precos?|valores|valor|custos?|quanto (?:custa|e|"
    r"fica|"
    r"sai)|orcamentos?|media de preco|faixa de preco)|"
    r"(?:ja )?(?:fiz|pedi|tenho|peguei|recebi|fizeram)(?: \w+){0,2} (?:orcamento|orcamentos|cotacao|cotacoes|"
    r"avaliacao|avaliacoes|consulta)|me (?:cobraram|passaram|falaram o valor|orcaram)|"
    r"ja (?:sei|conheco) (?:bem|tudo|bastante|muito|como (?:e|funciona))|sei (?:tudo|bastante|muito|bem)|"
    r"conheco (?:bem|muito|bastante|tudo)|ja sou (?:paciente|cliente)|ja (?:paguei|gastei)|"
    r"(?:pesquisei|estudei|sei) (?:\w+ )?(?:a fundo|de tudo)|sou (?:da area|esteticista|dermatologista|"
    r"biomedica|enfermeira esteta)) "
)
_KNOWS_BARE = re.compile(r" ja (?:fiz|faco|fazia|coloquei|apliquei|tinha feito) (?:[.,!?;]|$)")
_LITTLE = re.compile(
    r" (?:(?:dei|deu) (?:uma |umas )?(?:boa |bela )?\w+adas?|ja stalke\w+|(?:vi|vejo|sigo|acompanho|li|ouvi) "
    r"(?!voces|o anuncio|anuncio|a propaganda|o perfil|o post|o story|"
    r"o video de voces)(?:\w+ ){0,3}(?:antes e depois|"
    r"depoimentos?|"
    r"relatos?|perfi[ls]\w*|blogs?|reportage\w+|materia|podcast|stories|tv|televisao|fazendo|fazerem)|"
    r"perguntei (?:para|pro|no|ao|a) (?:o )?(?:chatgpt|google|gpt|ia|\w+ que)|(?:assisti|acompanho|estudei) |"
    r"(?:ja )?(?:pesquisei|pesquisando (?:bastante|muito|faz|ha|sobre|um pouco|bem)|andei pesquisando|"
    r"andei (?:vendo|lendo|olhando)|procurei saber|li|dei uma (?:olhada|pesquisada|lida|fucada|buscada))|"
    r"(?:ja )?(?:fiz|andei fazendo|faco)(?: (?!mas )\w+){0,2} (?:pesquis\w+|buscas?)|"
    r"(?:ja )?(?:vi|assisti|vejo|acompanho|sigo) (?!voces|o anuncio|anuncio|a propaganda|o post|"
    r"o perfil)(?:\w+ ){0,3}(?:videos?|influenc\w+|famosas?|internet|"
    r"instagram|insta|tiktok|youtube|posts?|reels|google|sobre|"
    r"resultados?|coisas?|fotos|falar|falando)|"
    r"(?:ja )?(?:ouvi falar|ouvi|li) (?:\w+ ){0,3}(?:sobre|falar|algo|coisas?|disso|um pouco)?|(?:um|"
    r"bem) (?:pouco|pouquinho)|pouca coisa|mais ou menos|alguma coisa|algumas coisas|o basico|basiquinho|"
    r"tenho uma (?:nocao|ideia|base)|por (?:cima|alto)|superficial\w*|"
    r"(?:minh?as?|uma|umas|meu|meus|um) (?:\w+ )?(?:amigas?|amigos?|irmas?|irmao|mae|tia|prima|colega|cunhada|"
    r"vizinha|conhecid[ao]|filha|esposa|marido|sogra|chefe|dermato\w*|dentista|medic[ao]|doutora?|barbeiro|"
    r"cabeleireir[ao]|"
    r"personal|namorad[oa]|esteticista)(?: \w+){0,2} (?:fez|fizeram|faz|ja fez|fazem|usa|"
    r"colocou|indicou|contou|contaram|falou|falaram|comentou|explicou|recomendou|fizeram)|"
    r"(?:estou|tenho|venho) (?:so )?pesquisa(?:ndo|do)(?! pela| por)|conheco (?:um pouco|por cima|de nome|"
    r"mais ou menos|de ouvir)|sei (?:um pouco|o basico|pouco|mais ou menos|alguma coisa|algo|so o)|"
    r"conheco pouco|sei que|me (?:falaram|contaram|explicaram) (?:sobre|um pouco|disso)) "
)
_FIRST = re.compile(
    r" (?:(?:e |minha |a |e a |sera a |seria a ){0,4}primeir[ao]s? (?:x|vez|pesquisa|busca|contato|procedimento|"
    r"experiencia|clinica)|comec(?:ando|ei)(?: \w+){0,3} (?:pesquisar|agora|ver|procurar|olhar|pesquisa|hoje)|"
    r"(?:nunca|jamais)(?: \w+){1,3} (?:nisso|antes|na vida|sobre isso|disso|essas? coisas?)|virgem d\w+|"
    r"voces sao os? primeir[oa]s?|nada ainda|ainda nada|"
    r"(?:nunca|jamais|nao|ainda nao|nem)(?: \w+)? (?:pesquis\w+|procurei|busquei|vi nada|li nada|olhei|fui atras|"
    r"corri atras|procurava)|(?:nunca|jamais) (?:fiz|fez|tinha feito|usei|coloquei|apliquei|tomei|vi|experimentei|"
    r"tive|"
    r"mexi)|"
    r"nao (?:fiz|fiz ainda)|ainda nao (?:fiz|pesquisei|vi|procurei|busquei)|primeira vez|"
    r"marinheira? de primeira|estou comecando|novat[ao]|iniciante|(?:tudo |e )?(?:tudo )?nov(?:o|"
    r"idade)(?: tudo)? para mim|"
    r"tudo novo|novidade) "
)
_NOTHING = re.compile(
    r" (?:nao (?:conheco|sei|entendo|manjo)(?: muito| quase| praticamente)? (?:nada|bem|direito|muito|"
    r"como (?:e|funciona)|o que (?:e|seja)|disso|direito)|nao conheco|nao (?:sei|faco ideia) (?:de )?nada|"
    r"nao (?:entendo|manjo|saco)(?: \w+)? (?:do|de|desse|disso|nada)(?: assunto)?|(?:por fora|nao imagino|"
    r"nem imagino|"
    r"nem fazia ideia|sem nocao|sei de nada|sei nada|sei nem)|"
    r"faco nem ideia|nem faco|"
    r"nada(?: de nada)?(?! ainda)|nadinha|nunca nem ouvi(?: falar)?|"
    r"(?:nao )?faco (?:a )?(?:minima |menor )?ideia|nao faco ideia|nem sei(?: \w+){0,3}|(?:sou |totalmente |"
    r"bem )(?:leig[ao]|por fora)|leig[ao]|zero|nunca ouvi(?: falar)?|"
    r"o que e isso|como (?:e que )?funciona|me explica\w*|nao tenho (?:ideia|nocao|conhecimento)|quase nada|"
    r"nem ideia|nenhuma ideia|nocao nenhuma|"
    r"praticamente nada|totalmente perdid[ao]|perdidinha) "
)
_TURNS = re.compile(
    r" (?:mas|porem|so que) (?:\w+ ){0,2}?(?P<told>sei|conheco|pesquisei|li|vi|ouvi|entendo|acompanho|"
    r"tenho (?:uma )?(?:nocao|"
    r"ideia)|estou por dentro|ja pesquisei)(?= | nada)(?! nada| os preco| quanto| o valor)"
)
_SAW = re.compile(
    r" (?:fucei|vasculhei|fuxiquei|garimpei|procurei|busquei|tenho (?:lido|visto|ouvido|acompanhado|assistido|"
    r"pesquisado)|"
    r"de ouvir falar|(?:tenho|conheco) (?:\w+ ){1,3}que (?:fez|fizeram|faz|fazem|usa|usam)|vi|li|ouvi|assisti|"
    r"acompanho|sigo|vejo|leio|estudei|por dentro)(?! (?:voces|o anuncio|um anuncio|"
    r"anuncio|nada|o post)) "
)
_RELATED = re.compile(
    r" (?:minh?as?|meus?|umas?|uns|um|varias?|varios|algumas?|alguns|muita gente|todo mundo|tod[ao]s? (?:minh?as?|"
    r"meus?)) "
    r"(?:\w+ ){0,3}?(?:fez|fizeram|faz|fazem|fazendo|vive|usa|usam|comentou|comentaram|falou|falaram|contou|"
    r"contaram|indicou|"
    r"recomendou|explicou|passou|tirou|colocou|aplicou|removeu|mandou|disse|mostrou) | (?:conversei|falei|"
    r"troquei ideia) com "
)
"""Others who did or told: knowledge at second hand, as an answer only."""
_SESSIONS = re.compile(
    r" (?:(?:\d+|uma|duas|tres|quatro|cinco|varias|algumas|muitas|umas \w+) vez(?:es)?|\d+(?:[.,]\d+)? (?:mil|"
    r"reais|contos?)|"
    r"pegu?ei (?:\w+ )?(?:precos?|valor\w*|orcamento\w*)|(?:passei|fui|estive)(?: \w+){0,2} (?:consulta|avaliacao)|"
    r"(?:estou )?por dentro de tudo|(?:fiz|fez|foram|tomei|did)(?: \w+)? (?:\d+|um|uma|duas|dois|tres|quatro|"
    r"cinco|umas|algumas?|varias|"
    r"muitas)(?! (?:pesquis|"
    r"busca|olhada))|no meio do tratamento|(?:todo|toda|cada) (?:ano|mes|semana|semestre)|uma unica vez|rotina|"
    r"sessoes (?:em|la)) "
)
_BY_SIGNS: tuple[tuple[KnowledgeLevel, re.Pattern[str]], ...] = (
    (
        KnowledgeLevel.UNKNOWN,
        re.compile(
            r" (?:desconhec\w+|(?:nao|nem|nunca|nada|sem|zero|pouca) (?:\w+ ){0,3}(?:sei|saber|sabia|sabe|"
            r"conhec\w+|entend\w+|"
            r"ideia|nocao|imagin\w+|existia|explic\w+)|cru|crua|no escuro|zero a esquerda|boiando|perdid[ao]|"
            r"ignorante|leig[ao]|"
            r"me expliqu\w+|explica) "
        ),
    ),
    (
        KnowledgeLevel.FIRST_SEARCH,
        re.compile(
            r" (?:debut|so vi (?:o )?(?:anuncio|post|propaganda)|estrean\w+|estreia|primeir[ao]s?|inician\w+|"
            r"comec\w+|novato|novata|nov[ao] nisso|nunca|jamais|"
            r"ainda nao|"
            r"nem uma vez|agora que (?:estou|to|comecei)) "
        ),
    ),
)
"""What an answer to the question may show where no phrase is known, the surest first."""
_BIRTHDAY = re.compile(
    r" (?:fiz|completei|faco|vou fazer) (?!ha |faz |uns |muitos |varios |todos |alguns )(?:\d+|\w+) (?:anos|"
    r"aninhos)(?! (?:atras|que))"
)
_PAST_DEED = re.compile(r" ja (?P<verb>\w{2,9}(?:ei|i|iz|is)|pus)(?= |[.,!]| $)(?! (?:no google|na internet|sobre))")
"""Something done before: "já sequei uma vez", "já tomei", "já retirei"."""
_NO_DEED = words(
    """pesquisei vi li ouvi procurei olhei busquei pensei falei disse respondi perguntei assisti acompanhei
    conversei estudei
    conheci sei mandei tentei achei decidi entendi resolvi esperei quis comecei marquei agendei cansei escrevi
    expliquei
    informei passei chamei liguei fui dei recebi ganhei comprei anotei avisei virei fiquei desisti tive stalkeei"""
)
_OUTRIGHT = re.compile(r"leig|por fora|nunca ouvi|nao conheco nada|nao entendo nada|nao sei nada")
_SMALL = re.compile(
    r" (?:um|bem|o basico|basiquinho|mais ou menos|pouca coisa|alguma|algumas|por|superficial|sei|"
    r"estou (?:so )?pesquis)"
)
"""Words that tell knowledge only as an answer to the question for it."""
_OUTRIGHT_YES = frozenset(("sim", "ja", "claro", "isso", "certeza", "obvio", "aham", "uhum"))
_TOLD_SHORTLY = re.compile(
    r"^ (?:(?:sim|ja|claro|aham) )?(?:, )?(?:eu )?(?:ja )?(?:fez|faz|fazia|colocou|aplicou|fiz|faco|coloquei|"
    r"apliquei) (?!uma? pesquis|pesquis|busca|nem |ideia)|"
    r"^ (?:(?:sim|ja|so|,) )*(?:uma|duas|tres|algumas|varias|muitas) vez(?:es)? (?:[.!] )*$"
)
"""An answer that begins with having done it, or what a human of the clinic notes down."""
_OF_US = re.compile(r" (?:\w+ ){0,2}(?:que )?(?:voces|a clinica) ")
"""What was seen of the clinic itself: "vi na televisão que vocês tiram…" tells where the lead comes from."""
_OTHERS = re.compile(
    r" (?:minh?as?|umas?|meus?|um) (?:\w+ )?(?:amig|irma|mae|tia|prim|coleg|cunhad|vizinh|conhecid|filh|espos|"
    r"marid|sogr|chef|dermato|dentist|medic|doutor|barbeir|cabeleir|personal|namorad|estetic)"
)
"""What others did tells what the lead knows only as an answer to the question for it."""
_TIMES = words("sim ja vez vezes uma duas tres quatro varias algumas muitas")
_HEARD_OF = words("vi li ouvi pesquisei conheco acompanho")
_PRICE_TOPIC = re.compile(r" (?:quanto|precos?|valor|valores) ")
_LABELS = {
    KnowledgeLevel.KNOWS_PRICES: "Já fez ou conhece os valores",
    KnowledgeLevel.RESEARCHED_A_LITTLE: "Pesquisou um pouco",
    KnowledgeLevel.FIRST_SEARCH: "Primeira pesquisa",
    KnowledgeLevel.UNKNOWN: "Não conhece",
}


def read_knowledge(hearing: Hearing) -> FactDraft | None:
    """What the lead knows, or None."""
    asked = hearing.asked is FactKind.KNOWLEDGE
    if FactKind.KNOWLEDGE in hearing.facts and not asked and not hearing.corrects:
        return None
    stated = _stated(hearing.text, asked)
    if stated is None:
        return _bare(hearing) if asked else None
    level, span = stated
    value = hearing.said.clause(*span) if hearing.language == "pt" else _LABELS[level]
    confidence = 0.95 if hearing.corrects else 0.9 if asked else 0.8
    return hearing.draft(FactKind.KNOWLEDGE, value[:200], level, span, confidence=confidence)


def _stated(text: str, asked: bool) -> tuple[KnowledgeLevel, tuple[int, int]] | None:
    first = _FIRST.search(text)
    if first and not asked and first.group().strip() in ("nunca vi", "jamais vi", "nunca tive"):
        first = None  # "Nunca vi pior" is a complaint.
    if first and (turned := _turned(text, first)):
        return KnowledgeLevel.RESEARCHED_A_LITTLE, turned
    knows = _deed(text, asked)
    new_to_it = first is not None and knows is not None and first.start() < knows.start() and "mas" not in text
    if knows and not new_to_it and (asked or not _asks_price(text, knows)):
        return KnowledgeLevel.KNOWS_PRICES, knows.span()
    little = _heard(text, asked)
    if first and not (little and " mas " in text[first.end() - 1 : little.end()]):
        return KnowledgeLevel.FIRST_SEARCH, first.span()
    nothing = _NOTHING.search(text)
    if nothing and not (little and little.start() < nothing.start()) and (asked or _OUTRIGHT.search(nothing.group())):
        return KnowledgeLevel.UNKNOWN, nothing.span()
    if little and (asked or not _SMALL.match(little.group())):
        return KnowledgeLevel.RESEARCHED_A_LITTLE, little.span()
    return None


def _turned(text: str, first: re.Match[str]) -> tuple[int, int] | None:
    """Where "nunca fiz" goes on with what is known all the same: "mas sei como funciona"."""
    turn = _TURNS.search(text, first.end() - 1)
    return turn.span() if turn else None


def _deed(text: str, asked: bool) -> re.Match[str] | None:
    """Words for having done it, or for knowing what it costs."""
    knows = _KNOWS_BARE.search(text) or _KNOWS.search(text) or (_TOLD_SHORTLY.search(text) if asked else None)
    if knows is None and asked:
        deed = _PAST_DEED.search(text)
        knows = deed if deed and deed["verb"] not in _NO_DEED else _SESSIONS.search(text)
    if knows and _BIRTHDAY.search(text):
        return None  # "Fiz 15 anos" is a birthday.
    return None if knows and _negated(text, knows) else knows


def _heard(text: str, asked: bool) -> re.Match[str] | None:
    """Words for having read or heard of it; what others did counts only as an answer."""
    little = (
        _LITTLE.search(text) or (_SAW.search(text) if asked else None) or (_RELATED.search(text) if asked else None)
    )
    if little is None or _negated(text, little):
        return None
    if not asked and _OF_US.match(text, little.end() - 1):
        return None
    return None if not asked and _OTHERS.search(little.group()) else little


def _negated(text: str, match: re.Match[str]) -> bool:
    if re.search(
        r" (?:fiz|fez|coloquei|tinha feito)(?: \w+){0,2} (?:tatuagem|tattoo|besteira|cagada)",
        match.group() + text[match.end() :][:25],
    ):
        return True
    before = text[max(0, match.start() - 25) : match.start() + 1]
    return bool(
        re.search(
            r" (?:nao|nunca|jamais|nem|sem|quero|queria|gostaria(?: de)?|preciso|amiga|irma|mae) (?:\w+ ){0,1}$", before
        )
    )


def _asks_price(text: str, match: re.Match[str]) -> bool:
    """Whether the words are a question for prices rather than a knowledge of them."""
    return bool(_PRICE_TOPIC.search(match.group())) and text.rstrip().endswith("?")


_OF_SOMETHING_ELSE = re.compile(r" (?:nao|nunca) (?:\w+ ){0,3}(?:pressa|urgen\w+|prazo|moro|mora|chamo|endereco) ")
"""A "não" that answers an earlier question, of which the lead's words are late: no haste, another place."""


def _bare(hearing: Hearing) -> FactDraft | None:
    """A short answer to "já pesquisou ou já fez?"."""
    said = hearing.said
    if _OF_SOMETHING_ELSE.search(said.text):
        return None
    rest = bare_words(said)
    level: KnowledgeLevel | None = None
    unknown, sign = _BY_SIGNS[0]
    if sign.search(said.text) and "?" not in said.tokens and len(said.words) <= 14:
        level = unknown
    elif (
        is_no(said)
        or said.words[:1] in (("nunca",), ("jamais",))
        or (said.words[:1] == (("nao"),) and len(said.words) <= 8 and not is_unknown(said))
        or said.words[:2] == (("ainda"), ("nao"))
    ):
        level = KnowledgeLevel.FIRST_SEARCH
    elif (level := _in_one_word(rest)) is not None:
        pass
    elif is_unknown(said):
        level = KnowledgeLevel.UNKNOWN
    elif (
        (is_yes(said) and any(word in _OUTRIGHT_YES for word in said.words))
        or rest in (("ja",), ("bastante",), ("muito",), ("pouco",))
        or _short_yes(said.words)
        or said.raw.replace(" ", "").strip(" .!") in ("+ou-", "+/-")
    ):
        level = KnowledgeLevel.RESEARCHED_A_LITTLE
    if level is None and "?" not in said.tokens and len(said.words) <= 14:
        level = next((level for level, sign in _BY_SIGNS if sign.search(said.text)), None)
    if level is None and hearing.insists and not is_evasion(said):
        return hearing.whole(FactKind.KNOWLEDGE, said.raw.strip()[:200], KnowledgeLevel.RESEARCHED_A_LITTLE, 0.5)
    if level is None:
        return None
    value = said.raw.strip()[:200] if hearing.language == "pt" else _LABELS[level]
    return hearing.whole(FactKind.KNOWLEDGE, value, level, 0.8)


def _in_one_word(rest: tuple[str, ...]) -> KnowledgeLevel | None:
    """A verb or a number alone: "vi", "duas vezes", "conheço"."""
    if any(word.startswith("vez") for word in rest) and all(word in _TIMES for word in rest):
        return KnowledgeLevel.KNOWS_PRICES
    if rest and rest[-1] in _HEARD_OF and "nao" not in rest and len(rest) <= 4:
        return KnowledgeLevel.RESEARCHED_A_LITTLE
    return None


def _short_yes(every: tuple[str, ...]) -> bool:
    if every[:1] in (("sim",), ("ja",)) and len(every) <= 8 and not {"nao", "quanto", "falei", "disse"} & set(every):
        return True
    return (
        1 <= len(every) <= 4
        and every[0] in ("sim", "ja", "conheco", "bastante", "claro", "aham", "pouco")
        and "nao" not in every
    )
