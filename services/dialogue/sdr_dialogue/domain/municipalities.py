"""The municipalities and states of Brazil, by plain name.

Source: IBGE's official list, public data, kept in `municipalities.txt` (its head says how it was made).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from sdr_dialogue.domain.text import phrases

STATES: dict[str, str] = {
    "acre": "AC",
    "alagoas": "AL",
    "amapa": "AP",
    "amazonas": "AM",
    "bahia": "BA",
    "ceara": "CE",
    "distrito federal": "DF",
    "espirito santo": "ES",
    "goias": "GO",
    "maranhao": "MA",
    "mato grosso": "MT",
    "mato grosso do sul": "MS",
    "minas gerais": "MG",
    "minas": "MG",
    "para": "PA",
    "paraiba": "PB",
    "parana": "PR",
    "pernambuco": "PE",
    "piaui": "PI",
    "rio de janeiro": "RJ",
    "rio grande do norte": "RN",
    "rio grande do sul": "RS",
    "rondonia": "RO",
    "roraima": "RR",
    "santa catarina": "SC",
    "sao paulo": "SP",
    "sergipe": "SE",
    "tocantins": "TO",
}
"""State names in plain letters, with their codes."""

STATE_CODES = frozenset(STATES.values())

ABBREVIATED_CITIES: dict[str, str] = {
    "sp": "sao paulo",
    "sampa": "sao paulo",
    "sp capital": "sao paulo",
    "rj": "rio de janeiro",
    "rio": "rio de janeiro",
    "bh": "belo horizonte",
    "beaga": "belo horizonte",
    "belo": "belo horizonte",
    "poa": "porto alegre",
    "floripa": "florianopolis",
    "ctba": "curitiba",
    "cwb": "curitiba",
    "bsb": "brasilia",
    "df": "brasilia",
    "ssa": "salvador",
    "sjc": "sao jose dos campos",
    "sao jose": "sao jose dos campos",
    "sbc": "sao bernardo do campo",
    "sao bernardo": "sao bernardo do campo",
    "sao caetano": "sao caetano do sul",
    "scs": "sao caetano do sul",
    "rib preto": "ribeirao preto",
    "ribeirao": "ribeirao preto",
    "rio preto": "sao jose do rio preto",
    "itapecerica": "itapecerica da serra",
    "taboao": "taboao da serra",
    "balneario": "balneario camboriu",
    "bc": "balneario camboriu",
    "campo gde": "campo grande",
    "jampa": "joao pessoa",
    "juiz fora": "juiz de fora",
    "mogi": "mogi das cruzes",
    "embu": "embu das artes",
    "gru": "guarulhos",
    "itaqua": "itaquaquecetuba",
    "ferraz": "ferraz de vasconcelos",
    "franco": "franco da rocha",
    "sao carlos sp": "sao carlos",
    "gua": "guarulhos",
    "ribeirao p": "ribeirao preto",
    "rec": "recife",
    "jp": "joao pessoa",
    "vix": "vitoria",
}
"""Everyday short names of cities, tried when the name as written is not a listed place."""

NEIGHBOURHOODS: dict[str, frozenset[str]] = {
    "sao paulo": phrases(
        """grajau, bom retiro, barra funda, brasilandia, liberdade, cambuci, campo limpo, consolacao, santa cecilia,
        perus,
        cidade ademar, republica, pirituba, sao mateus, sao miguel, sao miguel paulista, jaragua, vila maria, jaguara,
        freguesia do o, bras, santana, lapa, penha, saude, paraiso, ponte rasa, limao, tremembe, mandaqui"""
    ),
    "rio de janeiro": phrases(
        """flamengo, gloria, botafogo, leme, copacabana, ipanema, leblon, tijuca, meier, madureira, bangu,
        campo grande,
        santa cruz, penha, ramos, gavea, urca, catete, laranjeiras, realengo, recreio, grajau, andarai, maracana"""
    ),
    "belo horizonte": phrases(
        """barreiro, floresta, gutierrez, prado, santa tereza, buritis, planalto, floramar, castelo, sao lucas,
        santa efigenia, cidade nova, santo agostinho, serra, cruzeiro, anchieta, mangabeiras"""
    ),
    "curitiba": phrases("agua verde, batel, portao, santa felicidade, cabral, merces, boa vista, pinheirinho"),
    "porto alegre": phrases("moinhos de vento, petropolis, menino deus, bom fim, cidade baixa, tristeza, floresta"),
    "recife": phrases("boa viagem, pina, casa forte, gracas, aflitos, madalena, varzea, torre, espinheiro"),
    "salvador": phrases("barra, pituba, graca, rio vermelho, itapua, brotas, liberdade, ondina, cajazeiras"),
    "fortaleza": phrases("aldeota, meireles, messejana, parangaba, coco, benfica, montese, fatima, papicu"),
}
"""Neighbourhoods of large cities that bear the name of a municipality elsewhere, or none: said to a clinic there,
    they
are the neighbourhood. Source: the cities' own lists of districts."""

ABROAD = phrases(
    """exterior, fora do brasil, outro pais, portugal, lisboa, espanha, madrid, barcelona, italia, franca,
    inglaterra, londres, irlanda, dublin, alemanha, suica, estados unidos, eua, usa, miami, orlando, boston,
    nova york, new york, canada, toronto, argentina, buenos aires, uruguai, montevideo, montevideu, paraguai,
    asuncion, assuncao, ciudad del este, bolivia, santa cruz de la sierra, chile, peru, colombia, venezuela,
    mexico, japao, angola, mocambique"""
)
"""Places outside Brazil that leads name: too far to be served, but no mystery."""


@cache
def _states_of() -> dict[str, frozenset[str]]:
    text = files("sdr_dialogue.domain").joinpath("municipalities.txt").read_text(encoding="ascii")
    rows = (line.split(";") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: frozenset(codes.split(",")) for name, codes in rows}


def states_of(plain_name: str) -> frozenset[str]:
    """The codes of the states with a municipality of that plain name; empty: there is none."""
    return _states_of().get(plain_name, frozenset())


@cache
def _by_deletion() -> dict[str, str]:
    index: dict[str, str] = {}
    for name in _states_of():
        if len(name) >= 7:
            for position in range(len(name)):
                index.setdefault(name[:position] + name[position + 1 :], name)
    return index


def nearest_municipality(plain_name: str) -> str:
    """The municipality meant by a spelling with one letter too many or too few; empty: none.

    Names under seven letters are never guessed, nor wrong letters: too many neighbourhoods are so close.
    """
    if plain_name in _states_of():
        return plain_name
    if len(plain_name) < 7:
        return ""
    index = _by_deletion()
    if plain_name in index:
        return index[plain_name]
    for position in range(len(plain_name)):
        shorter = plain_name[:position] + plain_name[position + 1 :]
        if len(shorter) >= 7 and shorter in _states_of():
            return shorter
    return ""
