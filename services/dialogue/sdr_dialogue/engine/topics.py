"""What a lead asks about, and where in a message it asks."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from enum import StrEnum

from sdr_dialogue.engine.normalise import Normalised


class Topic(StrEnum):
    """Kinds of question that need their own kind of answer."""

    PRICE = "price"
    PAYMENT = "payment"
    ADDRESS = "address"
    PARKING = "parking"
    HOURS = "hours"
    BOOKING = "booking"
    PAIN = "pain"
    DURATION = "duration"
    SESSIONS = "sessions"
    RESULTS = "results"
    SAFETY = "safety"
    INSURANCE = "insurance"
    EVALUATION = "evaluation"
    PROFESSIONAL = "professional"
    PROMOTION = "promotion"
    RECOVERY = "recovery"
    HOW_IT_WORKS = "how_it_works"
    OFFERED = "offered"
    SERVES_MEN = "serves_men"
    ROBOT = "robot"
    WHY_ASK = "why_ask"
    INSTRUCTIONS = "instructions"
    DATA_LAW = "data_law"
    CLINIC = "clinic"
    LANGUAGE = "language"
    OTHER = "other"


_PATTERNS: tuple[tuple[Topic, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(f" (?:{pattern}) "))
    for topic, pattern in (
        (
            Topic.INSTRUCTIONS,
            (
                r"(?:ignor\w+|esquec\w+|desconsider\w+)(?: \w+){0,4} (?:instruc\w+|regras|ordens|anteriores|"
                r"prompt)|(?:seu|suas?|qual|mostr\w+|revel\w+|repit\w+)(?: \w+){0,3} (?:prompt|instruc\w+|system|"
                r"regras internas)|system prompt|"
                r"(?:ignore|forget|disregard)(?: \w+){0,4} (?:instructions|rules|prompt)|(?:finja|aja|atue|"
                r"comporte se|pretend)(?: \w+){0,3} (?:ser|como|que|to be)|modo desenvolvedor|developer mode|"
                r"jailbreak|chatgpt|qual (?:modelo|ia|llm)"
            ),
        ),
        (
            Topic.ROBOT,
            (
                r"(?:voce|tu|isso|ai|aqui|estou falando com|falo com|e|es|sao|isto|"
                r"atendimento)(?: \w+){0,3} (?:robo|bot|maquina|inteligencia artificial|automatic[ao]|chatbot|ia|"
                r"pessoa (?:real|de verdade)|gente de verdade|human[oa])|robo|qual (?:e )?(?:o )?(?:seu|teu) nome|"
                r"e o (?:seu|teu)(?: nome)?(?= [?])|quem (?:e voce|esta falando|fala)|com quem (?:eu )?(?:falo|"
                r"estou falando)|(?:estou )?falando com (?:\w+ )?(?:pessoa|alguem|atendente|gente|maquina)(?= [?])"
            ),
        ),
        (
            Topic.WHY_ASK,
            (
                r"(?:por que|porque|para que|pra que|qual o motivo)(?: \w+){0,3} (?:quer\w*|pergunt\w+|precis\w+|"
                r"saber|isso|perguntando|meu nome|meu bairro|minha cidade|tanta pergunta|tantas perguntas|"
                r"essas perguntas|importa|interessa)|(?:que diferenca|o que isso|o que tem)(?: \w+){0,3} (?:faz|"
                r"importa|muda|ver)|quer saber (?:por que|porque|para que)|para que isso|por que isso|"
                r"(?:para (?:o )?que|por que|porque)(?= [?])|para que (?:\w+ )?(?:nome|bairro|cidade|endereco|saber)|"
                r"(?:isso )?importa(?: isso| mesmo)?(?= [?])|precisa (?:mesmo )?(?:dizer|falar|informar|"
                r"do (?:meu )?nome)(?= [?])"
            ),
        ),
        (
            Topic.LANGUAGE,
            r"(?:speaks?|understand|habla[ns]?|fala\w*|entende\w*) (?:\w+ ){0,2}(?:english|spanish|espan\w*|ingles)",
        ),
        (Topic.DATA_LAW, r"lgpd|(?:meus dados|privacidade)(?: \w+){0,4}"),
        (
            Topic.PAYMENT,
            (
                r"parcel\w+|(?:aceita\w*|pag\w+|pode ser|passa\w*|dividem?|divid\w+)(?: \w+){0,4} (?:cartao|"
                r"cartoes|pix|debito|credito|dinheiro|boleto|vezes|a vista)|formas? de pagamento|como (?:pago|paga|"
                r"e o pagamento)|quantas vezes (?:no )?(?:cartao)?|\d{1,2} ?x|boleto|cartao de credito|"
                r"em quantas vezes"
            ),
        ),
        (Topic.PROMOTION, r"promoc\w+|desconto\w*|cupom|black friday|pacotes?|combos?|condic\w+ especia\w+|brinde"),
        (
            Topic.EVALUATION,
            (
                r"(?:avaliac\w+|consultas?|orcamento)(?: \w+){0,5} (?:grat\w+|graca|custa|paga|cobra\w*|valor|"
                r"preco|online|pag[ao]|free|abatid\w|descontad\w|como|funciona)|(?:grat\w+|cobram?|quanto|valor|"
                r"preco|paga\w*|como (?:e|funciona)|precisa|tem que)(?: \w+){0,5} (?:avaliac\w+|consultas?)|"
                r"tem (?:que|de) (?:fazer|passar por) (?:\w+ )?(?:avaliac\w+|consulta)"
            ),
        ),
        (
            Topic.PRICE,
            (
                r"quanto (?:e|custa|custam|fica|ficam|sai|saem|esta|vale|cobra|cobram|seria|gira|voces cobram|que|"
                r"eu|pago|da|o|a|para|ao|vou|fico|ta|to|mais|um|uma|por|botox)|quantos? (?:reais|custa)|(?:qual|"
                r"quais|saber|passa\w*|me (?:diz|fala|da|manda|envia|informa)|mand\w+|tem|sobre|ver|informar|qria|"
                r"gostaria|queria|quero|dos?|os?|faixa de|media de|tabela de|consultar|"
                r"por qual)(?: \w+){0,4} (?:preco|precos|valor|valores|custo|orcamento|tabela)|preco\w*|valores?|"
                r"valor|orcamento|caro|baratinho|investimento|a partir de quanto|quanto(?! tempo| dura| demora|"
                r" antes)"
            ),
        ),
        (
            Topic.PARKING,
            (
                r"estacion\w+|vagas? (?:para|de) (?:carro|estacion\w+)|valet|manobrista|onde (?:paro|"
                r"parar) (?:o )?carro|(?:tem |perto d[eo] |ponto de )(?:metro|onibus|estacao)(?: \w+)?|"
                r"acessibilidade|cadeirante|elevador"
            ),
        ),
        (
            Topic.HOURS,
            (
                r"(?:que|quais|qual|ate que|de que|a partir de que)(?: \w+){0,3} (?:horas?|"
                r"horarios?)(?: \w+){0,3}(?: (?:abr\w+|fech\w+|funcion\w+|atend\w+))?|"
                r"horarios? de (?:funcionamento|atendimento)|(?:abre\w*|fecha\w*|funciona\w*|atende\w*|aberto\w*|"
                r"aberta|trabalham)(?: \w+){0,4} (?:sabados?|domingos?|feriados?|hoje|amanha|horas|noite|almoco|"
                r"segunda|semana|cedo|tarde)|quando (?:voces )?(?:abrem|funcionam|atendem)|ate que horas|"
                r"abrem (?:aos?|de|no)|voces (?:estao|ta) abertos?"
            ),
        ),
        (
            Topic.BOOKING,
            (
                r"(?:agend\w+|marc(?:ar|o|a|am|aria)|reserv\w+|desmarc\w+|remarc\w+)|(?:tem|ha|teria|tenho|ver|"
                r"qual|quais|proxim[ao]|primeir[ao]|consigo|consegue|conseguem)(?: \w+){0,4} (?:horarios?|vagas?|"
                r"encaixe|agenda|disponi\w+|data|datas)|horarios? (?:disponi\w+|livre\w*|vago\w*)|disponibilidade|"
                r"(?:pode|podia|poderia) ser (?:para |na |no |ja |so )?(?:hoje|amanha|depois|essa|esse|semana|"
                r"segunda|"
                r"terca|quarta|quinta|sexta|sabado|domingo|dia)|posso ir|quando (?:posso|tem|teria|da para)"
            ),
        ),
        (
            Topic.PAIN,
            (
                r"d[oo]i|doi|doem|doer|dolorid[ao]s?|dor|dores|doloros[ao]|anestesia|anestesic[ao]|machuca|arde|"
                r"desconforto"
            ),
        ),
        (
            Topic.SESSIONS,
            (
                r"quantas (?:sess\w+|aplica\w+|vezes|seringas|ampolas)|quantos (?:ml|frascos|fios)|(?:numero|"
                r"quantidade) de (?:sess\w+|aplic\w+)|quantas (?:precisa|sao|eu preciso)|"
                r"uma sessao (?:so )?(?:resolve|basta)|intervalo entre"
            ),
        ),
        (
            Topic.RECOVERY,
            (
                r"recuperac\w+|repouso|cuidados?|pos procedimento|depois do procedimento|posso (?:trabalhar|"
                r"dirigir|treinar|malhar|viajar|pegar sol|ir a praia|tomar sol|beber|fazer academia)(?: \w+){0,3}|"
                r"fica(?:m)? (?:inchad\w+|rox\w+|vermelh\w+|marca\w*)|incha\w*|volta a rotina|voltar ao trabalho|"
                r"tempo de repouso|casca|descama"
            ),
        ),
        (
            Topic.DURATION,
            (
                r"(?:quanto tempo|dura\w*|duracao|demora\w*|quantos (?:dias|meses|minutos)|"
                r"quantas horas)(?: \w+){0,4}|(?:e|fica) (?:definitiv[oa]|permanente)|definitiv[oa]|leva quanto"
            ),
        ),
        (
            Topic.RESULTS,
            (
                r"resultado\w*|funciona mesmo|resolve(?: mesmo)?|(?:sai|some|apaga|elimina)(?: \w+){0,4} (?:tudo|"
                r"toda|todo|completamente|por completo|cem por cento|100)|antes e depois|fica natural|naturalidade|"
                r"garanti\w+|da certo|100"
            ),
        ),
        (
            Topic.SAFETY,
            (
                r"segur[oa]s?|risco\w*|contra ?indica\w*|efeitos? colatera\w+|perigos[oa]|faz mal|gravid[ao]|"
                r"gestante|amament\w+|lactante|alergi\w+|diabet\w+|hipertens\w+|lupus|anticoagulante|cancer|"
                r"pode dar (?:errado|problema|ruim)|tomo (?:remedio|roacutan|isotretinoina|medicamento)\w*|"
                r"roacutan|isotretinoina|posso fazer(?: \w+){0,4}|idade minima|anvisa"
            ),
        ),
        (
            Topic.INSURANCE,
            r"conven\w+|planos? de saude|plano|unimed|amil|bradesco saude|sulamerica|reembolso|hapvida|sus",
        ),
        (
            Topic.PROFESSIONAL,
            (
                r"(?:quem|qual)(?: \w+){0,4} (?:faz|aplica|atende|realiza|medic[oa]|profissiona\w+|doutora?|dra|"
                r"responsavel|especialista)|(?:e|sao|tem)(?: \w+){0,2} (?:medic[oa]s?|dermatologista|"
                r"biomedic[oa]s?|dentista|esteticista|enfermeir[oa]s?|formad[oa]s?|especialistas?)|crm|"
                r"registro profissional"
            ),
        ),
        (
            Topic.SERVES_MEN,
            (
                r"(?:atende\w*|fazem?|serve|tem|para|em)(?: \w+){0,3} (?:home[mn]s?|masculin[oa]|criancas?|"
                r"adolescentes?|idos[oa]s?)"
            ),
        ),
        (
            Topic.ADDRESS,
            (
                r"onde (?:fica\w*|e|sao|esta|estao|voces|eu|que|a clinica|se localiza\w*|localiza\w*|"
                r"atendem)(?: \w+){0,3}|onde|enderecos?|localizac\w+|como (?:chego|chegar|faco para chegar)|"
                r"(?:qual|em que|que)(?: \w+){0,2} (?:bairro|rua|cidade|regiao|lugar|unidade|unidades)|(?:fica\w*|"
                r"e) (?:em|no|na|perto|longe|onde)(?: \w+){0,4}|(?:tem|ha|existe) (?:\w+ )?(?:unidade|clinica|"
                r"filial|consultorio|loja)s?(?: \w+){0,4}|atende\w* (?:em|na|no) (?!sabado|domingo|feriado|"
                r"hora)\w+|manda (?:a )?(?:localizac\w+|location|endereco)|mapa|waze"
            ),
        ),
        (
            Topic.OFFERED,
            (
                r"(?:voces? |ai |a clinica |tambem |clinica )*(?:fazem?|tem|oferecem?|trabalham? com|realizam?|"
                r"aplicam?|possuem?|atendem?)(?: \w+){1,8}|(?:quais|que|qual)(?: \w+){0,3} (?:procedimentos?|"
                r"tratamentos?|servicos?|tecnicas?|opcoes)(?: \w+){0,6}|o que voces (?:fazem|oferecem|tem)"
            ),
        ),
        (
            Topic.HOW_IT_WORKS,
            (
                r"como (?:e que )?(?:e|funciona\w*|seria|se faz|faz|fazem|faco|voces fazem|e feit[oa]|"
                r"ocorre)(?: \w+){0,6}|o que e(?: \w+){0,4}|para que serve(?: \w+)?|"
                r"(?:me )?explica\w*(?: \w+){0,4}|qual a diferenca(?: \w+){0,6}|(?:quero|queria|"
                r"gostaria de)? ?saber (?:mais|melhor)(?: \w+){0,4}|(?:mais )?informac\w+(?: \w+){0,4}"
            ),
        ),
        (
            Topic.CLINIC,
            (
                r"(?:o )?instagram|site|rede social|telefone(?: \w+){0,3}|whatsapp|(?:e|sao) confiave\w+|"
                r"ha quanto tempo(?: \w+){0,4}|cnpj"
            ),
        ),
    )
)
_NEXT_QUESTION = re.compile(
    r" (?:e|,|e tambem) (?=(?:onde|quanto|como|qual|quais|que horas|quantas|quantos|aceita\w*|parcela\w*|doi|"
    r"doem|se (?:doi|parcela\w*|aceita\w*|precisa|demora)|tem (?:estacion|horario|vaga)\w*|quando|voces fazem|"
    r"posso) )"
)
_STARTS = re.compile(
    r"^ (?:(?:oi|ola|bom|boa|dia|tarde|noite|tudo|bem|e|mas|ah|entao|moca|so|me|,|!|\.|diz|fala|tambem|por|"
    r"favor|desculpa|agora|ai|olha) )*"
    r"(?:quanto|quantos|quantas|qual|quais|onde|como|quando|quem|por que|porque|para que|que horas|o que|que|"
    r"ate que|tem|voces|aceita\w*|parcela\w*|doi|atende\w*|faz|fazem|posso|pode|podem|e verdade|sera|da para|"
    r"se (?:doi|parcela\w*|aceita\w*|precisa|demora)|"
    r"precisa|cade|dura|preco|precos|valor|valores|endereco|horario|localizacao|abre\w*) "
)
_INDIRECT = re.compile(
    r" (?:(?:quero|queria|gostaria de|preciso|posso|poderia) (?:saber|entender|ver|perguntar|tirar|"
    r"uma informacao|informac\w+)|(?:gostaria|queria|quero) (?:\w+ ){0,2}(?:o |os |a |de |do |um )?(?:preco|"
    r"precos|valor|valores|orcamento|endereco|informac\w+)|tenho (?:uma |algumas |umas )?duvida|me (?:passa|"
    r"diz|fala|informa|manda|envia|explica|tira|tire)|"
    r"saber (?:o|a|os|as|se|quanto|qual|como|mais|sobre)|sabe me dizer|voce sabe|qto|manda (?:o|a|os) (?:preco|"
    r"valor|endereco|localizacao|tabela)\w*) "
)
_ALONE = re.compile(
    r"^ (?:(?:e|o|a|os|as|qual|so|oi|ola) )*(?:preco|precos|valor|valores|quanto|endereco|horario|localizacao|"
    r"parcela|parcelam|orcamento|instagram)(?: (?:do|da|de|dos|das|o|a|por|favor|"
    r"em)(?: \w+){0,4})? (?:[?.!] )*$"
)
_ASKS_BACK = re.compile(
    r" (?:e (?:voce|voces|tu|a senhora)|tudo (?:bem|bom|certo)(?: com voces?| por ai| ai)?|como (?:vai|esta|"
    r"voce esta|estao|vao)|beleza|blz|tudo joia|pode ser|ne|certo|ok|viu|da|ta|entendeu|sabe|td bem|bom dia|"
    r"boa tarde|boa noite|alguem ai|tem alguem ai|oi|ola|alo) (?:[?!.] )+"
)
_ONLY_OF_US = frozenset((Topic.ROBOT, Topic.WHY_ASK, Topic.INSTRUCTIONS))


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the lead."""

    topic: Topic
    text: str
    """In plain words."""
    quote: str
    """The lead's own."""
    message_id: int


def topics_of(text: str) -> tuple[Topic, ...]:
    """Every topic that a plain text touches, the most telling first."""
    return tuple(topic for topic, pattern in _PATTERNS if pattern.search(text))


def questions_in(said: Normalised, message_id: int) -> tuple[Question, ...]:
    """The questions of a message, at most three; small talk ("tudo bem?") is none."""
    found: list[Question] = []
    for start, end in _sentences(said):
        text = said.text[start:end]
        if not _asks(text):
            continue
        rest = _ASKS_BACK.sub(" ", text)
        if rest != text and not _asks(rest):
            continue
        topics = topics_of(rest)
        remaining = [word for word in rest.split() if word.isalnum()]
        if not topics and len(remaining) < 2:
            continue
        topic = topics[0] if topics else Topic.OTHER
        found.append(Question(topic, text, said.exact(start, end - 1) or said.raw.strip(), message_id))
    return tuple(found[:3])


def _asks(text: str) -> bool:
    if "?" in text or _ALONE.search(text) or _INDIRECT.search(text):
        return True
    if _STARTS.search(text):
        return len(text.split()) >= 2 and not re.search(
            r"^ (?:que (?:vem|bom|legal|otimo|pena|saco|raiva)|quando (?:der|puder|eu)|tem que|qualquer|"
            r"e verdade|(?:o )?quanto antes|tem (?:uns?|umas?|algum|mais) |(?:tem|tenho|sei|quero) (?:\w+ ){0,3}nao )",
            text,
        )
    first = topics_of(text)[:1]
    return bool(first) and first[0] in (Topic.INSTRUCTIONS, Topic.WHY_ASK)


def _sentences(said: Normalised) -> list[tuple[int, int]]:
    """Where the sentences stand in the plain text, their marks and the spaces around included."""
    pieces: list[tuple[int, int]] = []
    start = 0
    for token, position in zip(said.tokens, said.starts, strict=True):
        if token in ("?", ".", "!", "\n", ";"):
            end = position + len(token) + 1
            if said.text[start:end].strip(" ?.!\n;"):
                pieces.extend(_split(said.text, start, end))
                start = end - 1
            else:  # Marks alone belong to the sentence before them.
                if pieces:
                    pieces[-1] = (pieces[-1][0], end)
                start = end - 1
    if said.text[start:].strip(" ?.!\n;"):
        pieces.extend(_split(said.text, start, len(said.text)))
    return pieces


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence with two questions in it ("quanto custa e onde fica?") as two."""
    cuts = [
        match.end() - 1
        for match in _NEXT_QUESTION.finditer(text, start, end)
        if _asks(text[start : match.start() + 1] + "? ")
    ]
    edges = [start, *(cut for cut in cuts if text[start:cut].strip()), end]
    return list(itertools.pairwise(edges))


def is_about_us(topic: Topic) -> bool:
    """Whether a question is about the assistant itself, which it answers without the clinic's knowledge."""
    return topic in _ONLY_OF_US
