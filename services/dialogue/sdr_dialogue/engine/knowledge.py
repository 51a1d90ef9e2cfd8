"""What the lead already knows about the procedure."""

from __future__ import annotations

import re

from sdr_common.lead import FactKind, KnowledgeLevel
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.engine.hearing import Hearing, bare_words, is_no, is_unknown, is_yes

_NOT_DONE = (
    r"(?!pesquis|busca|procura|uma pesquis|uma busca|umas pesquis|algumas pesquis|o cadastro|cadastro|o pix|"
    r"pix|o pagamento|a inscri|minha parte|as contas|isso nao)"
)
_KNOWS = re.compile(
    r" (?:ja (?:fiz|tinha feito|havia feito|fiz isso|fazia|faco|coloquei|apliquei|usei|removi|tomei|"
    rf"passei por|tirei) {_NOT_DONE}\w+|"
    r"ja (?:fiz|faco|fazia|coloquei|apliquei) $|"
    r"sempre (?:faco|fiz|fazia|coloco|aplico)|"
    r"(?:eu )?(?:fiz|faco|coloquei|apliquei|fazia) (?:\w+ ){0,5}?(?:sempre|ano passado|mes passado|"
    r"semana passada|faz \w+|ha \w+|todo ano|todo mes|a cada|anos atras|meses atras|vezes|antes|em outra|"
    r"em outro|regularmente|direto|uma vez|duas vezes|com voces)|"
    r"(?:segunda|terceira|quarta|quinta|outra|mais uma) (?:vez|sessao|aplicacao)|retoque|retocar|refazer|"
    r"(?:fazer|quero|repetir) (?:\w+ )?de novo|renovar|repetir|manutencao|"
    r"sei que (?:custa|fica|sai|gira)|(?:ja )?(?:sei|conheco|vi|pesquisei|tenho (?:uma )?(?:nocao|ideia|base)|"
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
    r" (?:(?:ja )?(?:pesquisei|pesquisando (?:bastante|muito|faz|ha|sobre|um pouco|bem)|andei pesquisando|"
    r"andei (?:vendo|lendo|olhando)|procurei saber|li|dei uma (?:olhada|pesquisada|lida|fucada|buscada))|"
    r"(?:ja )?(?:fiz|andei fazendo|faco)(?: (?!mas )\w+){0,2} (?:pesquis\w+|buscas?)|"
    r"(?:ja )?(?:vi|assisti|vejo|acompanho|sigo) (?!voces|o anuncio|anuncio|a propaganda|"
    r"o perfil)(?:\w+ ){0,3}(?:videos?|influenc\w+|famosas?|internet|"
    r"instagram|insta|tiktok|youtube|posts?|reels|google|sobre|"
    r"resultados?|coisas?|fotos|falar|falando)|"
    r"(?:ja )?(?:ouvi falar|ouvi|li) (?:\w+ ){0,3}(?:sobre|falar|algo|coisas?|disso|um pouco)?|(?:um|"
    r"bem) (?:pouco|pouquinho)|pouca coisa|mais ou menos|alguma coisa|algumas coisas|o basico|basiquinho|"
    r"tenho uma (?:nocao|ideia|base)|por (?:cima|alto)|superficial\w*|"
    r"(?:minh?as?|uma|umas|meu|meus|um) (?:\w+ )?(?:amigas?|amigos?|irmas?|irmao|mae|tia|prima|colega|cunhada|"
    r"vizinha|conhecida|filha|esposa|marido|sogra|chefe)(?: \w+){0,2} (?:fez|fizeram|faz|ja fez|fazem|usa|"
    r"colocou|indicou|contou|falou|comentou|explicou)|"
    r"(?:estou|tenho|venho) (?:so )?pesquisa(?:ndo|do)(?! pela| por)|conheco (?:um pouco|por cima|de nome|"
    r"mais ou menos|de ouvir)|sei (?:um pouco|o basico|pouco|mais ou menos|alguma coisa|algo|so o)|"
    r"conheco pouco|sei que|me (?:falaram|contaram|explicaram) (?:sobre|um pouco|disso)) "
)
_FIRST = re.compile(
    r" (?:(?:e |minha |a |e a |sera a |seria a )*primeir[ao] (?:vez|pesquisa|busca|contato|procedimento|"
    r"experiencia|clinica)|comec(?:ando|ei)(?: \w+){0,3} (?:pesquisar|agora|ver|procurar|olhar|pesquisa|hoje)|"
    r"(?:nunca|nao|ainda nao|nem)(?: \w+)? (?:pesquis\w+|procurei|busquei|vi nada|li nada|olhei|fui atras|"
    r"corri atras|procurava)|nunca (?:fiz|fez|tinha feito|usei|coloquei|apliquei|tomei|vi|experimentei|tive|"
    r"mexi)|"
    r"nao (?:fiz|fiz ainda)|ainda nao (?:fiz|pesquisei|vi|procurei|busquei)|primeira vez|"
    r"marinheira? de primeira|estou comecando|novat[ao]|iniciante|(?:tudo |e )?(?:tudo )?nov(?:o|"
    r"idade)(?: tudo)? para mim|"
    r"tudo novo|novidade) "
)
_NOTHING = re.compile(
    r" (?:nao (?:conheco|sei|entendo|manjo)(?: muito| quase| praticamente)? (?:nada|bem|direito|muito|"
    r"como (?:e|funciona)|o que (?:e|seja)|disso|direito)|nao conheco|nao (?:sei|faco ideia) (?:de )?nada|"
    r"nada(?: de nada)?|nadinha|nunca nem ouvi(?: falar)?|"
    r"(?:nao )?faco (?:a )?(?:minima |menor )?ideia|nao faco ideia|nem sei(?: \w+){0,3}|(?:sou |totalmente |"
    r"bem )(?:leig[ao]|por fora)|leig[ao]|zero|nunca ouvi(?: falar)?|"
    r"o que e isso|como (?:e que )?funciona|me explica\w*|nao tenho (?:ideia|nocao|conhecimento)|quase nada|"
    r"nem ideia|nenhuma ideia|nocao nenhuma|"
    r"praticamente nada|totalmente perdid[ao]|perdidinha) "
)
_SMALL = re.compile(
    r" (?:um|bem|o basico|basiquinho|mais ou menos|pouca coisa|alguma|algumas|por|superficial|sei|"
    r"estou (?:so )?pesquis)"
)
"""Words that tell knowledge only as an answer to the question for it."""
_OUTRIGHT_YES = frozenset(("sim", "ja", "claro", "isso", "certeza", "obvio", "aham", "uhum"))
_TOLD_SHORTLY = re.compile(
    r"^ (?:(?:sim|ja|claro|aham) )?(?:, )?(?:eu )?(?:ja )?(?:fez|faz|fazia|colocou|aplicou|fiz|faco|coloquei|"
    r"apliquei) (?!uma? pesquis|pesquis|busca)|"
    r"^ (?:(?:sim|ja|so|,) )*(?:uma|duas|tres|algumas|varias|muitas) vez(?:es)? (?:[.!] )*$"
)
"""An answer that begins with having done it, or what a human of the clinic notes down."""
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
    knows = _KNOWS_BARE.search(text) or _KNOWS.search(text) or (_TOLD_SHORTLY.search(text) if asked else None)
    if knows and _negated(text, knows):
        knows = None
    new_to_it = first is not None and knows is not None and first.start() < knows.start() and "mas" not in text
    if knows and not new_to_it and (asked or not _asks_price(text, knows)):
        return KnowledgeLevel.KNOWS_PRICES, knows.span()
    little = _LITTLE.search(text)
    if first and not (little and " mas " in text[first.end() - 1 : little.end()]):
        return KnowledgeLevel.FIRST_SEARCH, first.span()
    nothing = _NOTHING.search(text)
    if (
        nothing
        and not (little and little.start() < nothing.start())
        and (
            asked
            or re.search(r"leig|por fora|nunca ouvi|nao conheco nada|nao entendo nada|nao sei nada", nothing.group())
        )
    ):
        return KnowledgeLevel.UNKNOWN, nothing.span()
    if little and (asked or not _SMALL.match(little.group())) and not _negated(text, little):
        return KnowledgeLevel.RESEARCHED_A_LITTLE, little.span()
    return None


def _negated(text: str, match: re.Match[str]) -> bool:
    if re.search(
        r" (?:fiz|fez|coloquei|tinha feito)(?: \w+){0,2} (?:tatuagem|tattoo|besteira|cagada)",
        match.group() + text[match.end() :][:25],
    ):
        return True
    before = text[max(0, match.start() - 25) : match.start() + 1]
    return bool(
        re.search(r" (?:nao|nunca|nem|sem|quero|queria|gostaria(?: de)?|preciso|amiga|irma|mae) (?:\w+ ){0,1}$", before)
    )


def _asks_price(text: str, match: re.Match[str]) -> bool:
    """Whether the words are a question for prices rather than a knowledge of them."""
    return bool(_PRICE_TOPIC.search(match.group())) and text.rstrip().endswith("?")


def _bare(hearing: Hearing) -> FactDraft | None:
    """A short answer to "já pesquisou ou já fez?"."""
    said = hearing.said
    rest = bare_words(said)
    level: KnowledgeLevel | None = None
    if (
        is_no(said)
        or (said.words[:1] == (("nao"),) and len(said.words) <= 8 and not is_unknown(said))
        or said.words[:2] == (("ainda"), ("nao"))
    ):
        level = KnowledgeLevel.FIRST_SEARCH
    elif is_unknown(said):
        level = KnowledgeLevel.UNKNOWN
    elif (
        (is_yes(said) and any(word in _OUTRIGHT_YES for word in said.words))
        or rest in (("ja",), ("bastante",), ("muito",), ("pouco",))
        or _short_yes(said.words)
    ):
        level = KnowledgeLevel.RESEARCHED_A_LITTLE
    if level is None:
        return None
    value = said.raw.strip()[:200] if hearing.language == "pt" else _LABELS[level]
    return hearing.whole(FactKind.KNOWLEDGE, value, level, 0.8)


def _short_yes(every: tuple[str, ...]) -> bool:
    return (
        1 <= len(every) <= 4
        and every[0] in ("sim", "ja", "conheco", "bastante", "claro", "aham", "pouco")
        and "nao" not in every
    )
