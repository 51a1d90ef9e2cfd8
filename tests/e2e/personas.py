"""A hundred leads with literal outcomes: 20 quente, 40 morno, 25 frio, 15 muito frio.

Each answers what it is asked, in its own words and style: bursts, several facts in one message,
corrections, facts in the first message, lower case without accents. What a lead says decides its
points; the expected temperature stands beside it and is not computed by the product.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

Burst = tuple[str, ...]


@dataclass
class Persona:
    """One lead: what it opens with, what it answers, what must become of it."""

    name: str
    opening: Burst
    answers: dict[str, list[Burst]]
    """By the fact that is asked (published word); the last one repeats."""
    temperature: str
    status: str
    is_lead: bool = True
    """False: wrong number, supplier, job seeker, spam; such a one reads one polite line and no closing."""
    asked: dict[str, int] = field(default_factory=dict)

    def answer(self, fact: str) -> Burst:
        """What the lead says when it is asked for a fact."""
        turn = self.asked.get(fact, 0)
        self.asked[fact] = turn + 1
        options = self.answers[fact]
        return options[min(turn, len(options) - 1)]


def _plain(text: str) -> str:
    """Lower case, no accents, as many people type."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def _plain_burst(burst: Burst) -> Burst:
    return tuple(_plain(text) for text in burst)


# Words per level: (points, sayings). The points are those of the published rubric.
SPECIFIC = [
    ("queria saber do botox", "botox"),
    ("Tenho interesse em preenchimento labial", "preenchimento labial"),
    ("Quero remover uma tatuagem", "remoção de tatuagem"),
    ("Vocês fazem depilação a laser?", "depilação a laser"),
    ("Gostaria de fazer criolipólise", "criolipólise"),
    ("Vi o anúncio do bioestimulador de colágeno", "bioestimulador"),
    ("Quero tratar melasma", "melasma"),
    ("Quero fazer microagulhamento", "microagulhamento"),
]
VAGUE = ["quero melhorar minha aparência", "queria dar uma melhorada no visual", "quero ficar mais bonita"]
THIS_WEEK = ["Quero fazer ainda essa semana", "Pode ser amanhã mesmo", "o quanto antes, essa semana se der"]
TWO_WEEKS = ["Semana que vem", "na próxima semana", "Daqui a 10 dias"]
THIRTY_DAYS = ["Mês que vem", "Pro mês que vem", "Daqui a umas 3 semanas"]
OVER_THIRTY = ["Daqui a uns 3 meses", "Só daqui a dois meses", "Lá pra daqui a 4 meses"]
RESEARCHING = ["Sem pressa, só pesquisando", "tô só pesquisando por enquanto", "não tenho pressa nenhuma"]
KNOWS_PRICES = ["Já fiz uma vez e conheço os valores", "Sim, já fiz antes", "Já fiz ano passado em outra clínica"]
RESEARCHED = ["Pesquisei um pouco na internet", "Já dei uma pesquisada", "Vi alguns vídeos sobre"]
FIRST = ["É a primeira vez que pesquiso", "Não, é minha primeira pesquisa", "primeira vez que vejo isso"]
NOT_KNOWN = ["Não conheço nada sobre isso", "não sei nada a respeito", "Não entendo nada do assunto"]
NEAR = ["Moro em Moema", "Vila Mariana", "sou do Itaim Bibi", "Moro no Campo Belo"]
FAR = ["Moro em Guarulhos", "Sou de Osasco", "moro no Tatuapé", "Santo André"]
ELSEWHERE = ["Sou de Curitiba", "Moro em Belo Horizonte", "Recife", "moro em Salvador"]
NAMES = [
    "Ana", "Carlos", "Fernanda", "João", "Juliana", "Marcos", "Patrícia", "Rafaela", "Beatriz", "Gustavo",
    "Camila", "Bruno", "Letícia", "Thiago", "Vanessa", "Rodrigo", "Larissa", "Felipe", "Gabriela", "Eduardo",
]  # fmt: skip
CALLED = ["Me chamo {}", "Meu nome é {}", "{}", "Sou a {}", "aqui é {}"]
GREETINGS: list[Burst] = [("oi",), ("Oi, tudo bem?",), ("Bom dia!",), ("oi", "tudo bem?"), ("Olá",)]


def _pick(options: list[str], number: int) -> str:
    return options[number % len(options)]


def _called(number: int) -> str:
    name = _pick(NAMES, number)
    form = CALLED[number % len(CALLED)]
    if name in {"Carlos", "João", "Marcos", "Gustavo", "Bruno", "Thiago", "Rodrigo", "Felipe", "Eduardo"}:
        form = form.replace("Sou a", "Sou o")
    return form.format(name)


def _styled(number: int, persona: Persona, interest: str, facts: dict[str, str]) -> Persona:
    """Gives a persona one of six styles; facts said in the opening are not said again."""
    style = number % 6
    greeting = GREETINGS[number % len(GREETINGS)]
    if style == 0:  # a burst, interest last
        persona.opening = (*greeting, interest)
    elif style == 1:  # several facts in one message
        persona.opening = (f"{interest}. {facts['localizacao']}",)
    elif style == 2:  # a greeting alone; everything comes when asked
        persona.opening = greeting
    elif style == 3:  # nearly all at once
        persona.opening = (f"{_called(number)}.", interest, facts["urgencia"])
    elif style == 4:  # lower case, no accents
        persona.opening = _plain_burst((interest,))
        persona.answers = {fact: [_plain_burst(burst) for burst in bursts] for fact, bursts in persona.answers.items()}
    else:  # says one thing, then corrects it
        persona.opening = (interest,)
        persona.answers["localizacao"] = [("Moro em Campinas", f"na verdade {facts['localizacao'].lower()}")]
    return persona


def _lead(number: int, temperature: str, status: str, interest: str, facts: dict[str, str]) -> Persona:
    answers: dict[str, list[Burst]] = {
        "nome": [(_called(number),)],
        "interesse": [(interest,)],
        "motivacao": [("É pra mim mesma",)],
        **{fact: [(saying,)] for fact, saying in facts.items()},
    }
    persona = Persona(_pick(NAMES, number), (), answers, temperature, status)
    return _styled(number, persona, interest, facts)


def _hot(number: int) -> Persona:
    """50 + 30|25 + 20|15 + 10 = 100-110."""
    facts = {
        "urgencia": _pick(THIS_WEEK if number % 2 else TWO_WEEKS, number),
        "conhecimento": _pick(KNOWS_PRICES if number % 3 else RESEARCHED, number),
        "localizacao": _pick(NEAR, number),
    }
    return _lead(number, "quente", "qualificado", SPECIFIC[number % len(SPECIFIC)][0], facts)


def _warm(number: int) -> Persona:
    """50 + 10|15|20 + 10 + 0|5 = 70-85."""
    facts = {
        "urgencia": _pick([RESEARCHING, THIRTY_DAYS, OVER_THIRTY][number % 3], number),
        "conhecimento": _pick(FIRST, number),
        "localizacao": _pick(FAR if number % 2 else ELSEWHERE, number),
    }
    return _lead(number, "morno", "qualificado", SPECIFIC[number % len(SPECIFIC)][0], facts)


def _cold(number: int) -> Persona:
    """30 + 10 + 5 + 0 = 45."""
    facts = {
        "urgencia": _pick(RESEARCHING, number),
        "conhecimento": _pick(NOT_KNOWN, number),
        "localizacao": _pick(ELSEWHERE, number),
    }
    return _lead(number, "frio", "completo", _pick(VAGUE, number), facts)


REFUSALS: list[Burst] = [
    ("não tenho interesse, obrigado",),
    ("Não quero mais nada, não tenho interesse",),
    ("nao tenho interesse nao, pode parar por aqui o atendimento",),
]
NOT_LEADS: list[Burst] = [
    ("Acho que é número errado, queria falar com a pizzaria",),
    ("Desculpa, mandei pro número errado",),
    ("Boa tarde, somos fornecedores de insumos e gostaríamos de apresentar nosso catálogo para a clínica",),
    ("Olá, represento uma distribuidora de produtos estéticos, quem cuida das compras?",),
    ("Bom dia, vocês estão contratando? Queria enviar meu currículo",),
    ("Oi, tem vaga de emprego para recepcionista?",),
    ("Ganhe dinheiro rápido trabalhando em casa! Clique no link http://premio.example e receba seu bônus",),
]


def _refuser(number: int) -> Persona:
    answers: dict[str, list[Burst]] = {
        fact: [REFUSALS[number % len(REFUSALS)]]
        for fact in ("nome", "interesse", "urgencia", "conhecimento", "localizacao")
    }
    return Persona(_pick(NAMES, number), ("oi",), answers, "muito_frio", "completo")


def _not_a_lead(number: int) -> Persona:
    return Persona(
        _pick(NAMES, number), NOT_LEADS[number % len(NOT_LEADS)], {}, "muito_frio", "completo", is_lead=False
    )


def hundred_leads() -> list[Persona]:
    """Fresh personas, each to be used once."""
    return [
        *[_hot(number) for number in range(20)],
        *[_warm(number) for number in range(40)],
        *[_cold(number) for number in range(25)],
        *[_refuser(number) for number in range(8)],
        *[_not_a_lead(number) for number in range(7)],
    ]
