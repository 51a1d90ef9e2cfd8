"""What the lead is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from sdr_common.lead import FactKind
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.domain.municipalities import ABBREVIATED_CITIES, ABROAD, states_of
from sdr_dialogue.domain.served_area import locate
from sdr_dialogue.domain.text import fold, phrases, plain, words
from sdr_dialogue.engine.common_words import COMMON_WORDS
from sdr_dialogue.engine.hearing import Hearing, is_evasion, is_no, is_unknown, is_yes
from sdr_dialogue.engine.interest import mentions
from sdr_dialogue.engine.normalise import normalise

_SAYS_NAME = re.compile(
    r" (?:meu nome(?: completo| inteiro)?(?: e)?|(?<!nome e )(?:o|e o) meu (?:nome )?e|me chamo|"
    r"fala com(?= [ao] )|chamo me|(?:eu )?me chamam(?: de)?|(?:pode(?:m)? |"
    r"podes )?(?:me )?(?:chamar|chama|chame|chamam)(?: so)?(?: de| por)|"
    r"(?<! seu )(?<! teu )(?<! seu o )(?:o )?nome (?:e|:)|quem fala(?: aqui)? e|quem esta falando e|"
    r"(?:aqui )?quem fala|falando com|"
    r"(?:meu )?nome :|me apresentando) (?:a |o |e |: |, )*(?P<name>\w.*)"
)
_INTRODUCES = re.compile(
    r" (?:(?:eu )?sou(?: eu)?|aqui e|aqui quem fala e|aqui|quem fala|(?:^ )?e) (?P<article>a |o )(?P<name>\w.*)|"
    r" (?:eu sou|sou|aqui e|aqui fala|fala) (?P<bare>\w.*)"
)
_IS_AT_END = re.compile(r" e (?P<name>[a-z]+(?: [a-z]+)?)(?: [.!])* $")
_OPENS = re.compile(r" (?:(?:oi|ola|opa|bom|boa|dia|tarde|noite|tudo|bem|entao|,|!|\.) )*")
"""What a conversation opens with: "oi, é a Gi"."""
_AMONG_OTHERS = re.compile(
    r"(?:^ (?:(?:oi|ola|opa|bom|boa|dia|tarde|noite) )+|[,.!] )[,!.]? ?(?P<name>[a-z]+(?: [a-z]+)?) , "
    r"(?=(?:tenho )?\d{2} anos|(?:moro|sou|de|em) |(?P<next>[a-z]+(?: [a-z]+){0,3}) [,.!?])"
)
"""A name in a list about oneself: "Oi, Rita, 45 anos, Santana, quero botox"."""
_PREFERS = re.compile(
    r" (?:(?:eu )?prefiro(?: que (?:voce )?me chame)?(?: de)?|pode ser(?: so)?|(?:e )?so|"
    r"todos? (?:mundo )?me chamam?(?: de)?) (?:a |o )?(?P<name>\w.*)"
)
"""How somebody answers "posso te chamar de Renata?" with another name."""
_IS_NAME = re.compile(r" (?:na verdade|alias|ops|digo|quis dizer|corrigindo|e) (?:e |, )?(?:a |o )?(?P<name>\w.*)")
_SIGNED = re.compile(r"(?:^|[,.!\n] ?)(?P<name>\w[\w ]{1,40}?) (?:aqui|falando)(?= |$)")
_TITLES = words("dra dr doutora doutor dona sr sra senhora senhor seu d prof professora professor enf")
_SURNAMES = words(
    """silva santos oliveira souza sousa lima costa pereira ferreira alves rodrigues almeida nascimento gomes martins
    araujo melo mello barbosa ribeiro cardoso carvalho rocha dias teixeira moreira correia correa mendes nunes marques
    freitas vieira soares fernandes lopes andrade machado monteiro reis miranda moraes morais castro campos pinto cruz
    azevedo cunha moura batista barros batista cavalcante cavalcanti medeiros ramos coelho fonseca guimaraes tavares
    sales bezerra nogueira macedo farias borges queiroz siqueira duarte pinheiro matos mattos xavier brito aguiar
    amaral antunes assis bastos camargo figueiredo leite maia menezes neves pacheco paiva peixoto pires porto prado
    rezende resende sampaio santana toledo vargas vasconcelos viana vianna garcia sanches martinez lopez gonzalez
    fernandez rodriguez perez torres flores conceicao jesus luz paz leal leao franco dantas furtado lacerda bueno
    braga bittencourt caldas camara chaves cordeiro dantas domingues esteves falcao ferraz goncalves guerra lemos lins
    lira magalhaes maciel muniz padilha pimentel pimenta portela rangel rego rosa salgado santiago serra simoes tanaka
    yamamoto suzuki sato nakamura trindade uchoa valente valle veiga veloso ventura zanetti rossi bianchi neto filho
    junior dores gracas penha aparecida gloria guia fatima lourdes carmo rosario darc"""
)
_EVERYDAY = words(
    "clara linda luz sol flor socorro gloria graca paz alba rosa mel vitoria aurora esmeralda perla celeste "
    "iris natan bela livia lua"
)
_LINKS = words("da de do das dos e")
_BEFORE_NAME = words("oi ola claro sim e a o entao bom dia boa tarde noite pode ser so , ah opa nao")
_AFTER_NAME = words("e mas obrigada prazer aqui quero queria moro tenho")
_MOST_STARTS = 40
"""Places of a message where a bare name is looked for."""
_MARKS = frozenset("?!.,;:()\n")
_WELL_KNOWN_TOWNS = (
    frozenset(ABBREVIATED_CITIES.values())
    | ABROAD
    | phrases(
        """campinas, santos, sorocaba, natal, manaus, fortaleza, goiania, cuiaba, belem, maceio, aracaju, teresina,
    palmas, osasco,
    jundiai, piracicaba, bauru, franca, londrina, maringa, joinville, blumenau, caxias, niteroi, contagem, betim,
    uberlandia,
    uberaba, olinda, caruaru, petrolina, itu, atibaia, barueri, cotia, diadema, maua, suzano, poa, limeira,
    americana"""
    )
)
"""Towns that nobody takes for a name; "Cristal" and "Esperança" are towns too, but first of all answers."""
_NEVER = words(
    """oi ola bom boa dia tarde noite sim nao ok tudo interessada interessado cliente nova novo botox mae filha filho
    pai irma irmao amiga amigo esposa marido namorada namorado secretaria assistente representante vendedor vendedora
    fornecedor consultora consultor advogada advogado medica medico enfermeira dentista biomedica esteticista aluna
    estudante menor maior leiga leigo casada solteira daqui brasileira brasileiro mulher homem pessoa eu voce mesma
    mesmo humano humana humanos robo moradora alergica gravida lactante gestante diabetica hipertensa fumante muito
    bem assim tipo loira morena ruiva negra branca favor paciente moro quero queria gostaria so contra aquela aquele
    tatuada tatuado ansiosa indecisa paulista carioca mineira mineiro gaucha baiana professora professor doida doido
    louca louco apaixonada fa vaidosa medrosa sedentaria ciente certa certo capaz carente nutricionista empresaria
    empresario autonoma autonomo motorista policial militar modelo atriz cantora influencer blogueira digital dona
    pele corpo"""
)


@cache
def first_names() -> frozenset[str]:
    """Common first names in plain letters."""
    text = files("sdr_dialogue.engine").joinpath("first_names.txt").read_text(encoding="ascii")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def read_name(hearing: Hearing) -> FactDraft | None:
    """The lead's name, or None; once known, only a correction or another "me chamo…" changes it."""
    known = FactKind.NAME in hearing.facts
    asked = hearing.asked is FactKind.NAME
    text = hearing.text
    if (draft := _said(hearing)) is not None:
        return draft
    if known and not hearing.corrects:
        return None
    if known and (draft := _corrected(hearing)) is not None:
        return draft
    if asked and (draft := _preferred(hearing)) is not None:
        return draft
    if (draft := _introduced(hearing, asked=asked)) is not None:
        return draft
    if (draft := _listed(hearing)) is not None:
        return draft
    if match := _SIGNED.search(text):
        draft = _taken(hearing, match, match.start("name"), loose=False)
        if draft is not None:
            return draft
    return _bare(hearing) if asked else None


def _preferred(hearing: Hearing) -> FactDraft | None:
    """Another name than the offered one, with nothing behind it: "prefiro Rê"."""
    match = _PREFERS.search(hearing.text)
    name = _name_from(hearing, match.start("name"), loose=True) if match else None
    if match is None or name is None or any(word not in _MARKS for word in hearing.text[name[1] :].split()):
        return None
    confidence = 0.9 if _is_common(name[0]) else 0.75
    return hearing.draft(FactKind.NAME, name[0], "", (match.start(), name[1]), confidence=confidence)


def _introduced(hearing: Hearing, *, asked: bool) -> FactDraft | None:
    """The first name behind "sou a…", "aqui é o…"; behind a mere "é" when the name was asked for, or as an opening."""
    text = hearing.text
    found = _INTRODUCES.search(text)
    while found is not None:
        start = found.start("name" if found["name"] else "bare")
        mere = found.group().startswith(" e ") and not asked and not _OPENS.fullmatch(text[: found.start() + 1])
        draft = None if mere else _taken(hearing, found, start, loose=bool(found["article"]) or asked)
        if draft is not None:
            return draft
        found = _INTRODUCES.search(text, start - 1)
    match = _IS_AT_END.search(text) if asked else None
    draft = _taken(hearing, match, match.start("name"), loose=False) if match else None
    return draft if draft is not None and is_only_a_name(draft.value) else None


def _listed(hearing: Hearing) -> FactDraft | None:
    """A common name in a list about oneself, with an age or a place behind it."""
    match = _AMONG_OTHERS.search(hearing.text)
    if match is None or match["name"].split()[0] == plain(hearing.settings.called):
        return None
    if match["next"] and not locate(match["next"], hearing.settings).known_place:
        return None
    draft = _taken(hearing, match, match.start("name"), loose=False)
    return draft if draft is not None and is_only_a_name(draft.value) else None


def _corrected(hearing: Hearing) -> FactDraft | None:
    """Another common name after "na verdade é…", whatever was asked meanwhile."""
    match = _IS_NAME.search(hearing.text)
    draft = _taken(hearing, match, match.start("name"), loose=False) if match else None
    return draft if draft is not None and is_only_a_name(draft.value) else None


def is_only_a_name(value: str) -> bool:
    """Whether a value is a common first name that means nothing else: "Renata", not "Rosa"."""
    first = plain(value).split()[:1]
    return bool(first) and first[0] in first_names() and first[0] not in _EVERYDAY and not states_of(first[0])


def is_surname(value: str) -> bool:
    """Whether a word is a common surname too, such as "Santos"."""
    return plain(value) in _SURNAMES


def _said(hearing: Hearing) -> FactDraft | None:
    """The last name that the lead gives itself: "me chamo Ana Júlia, mas me chamam de Naju"."""
    found: FactDraft | None = None
    match = _SAYS_NAME.search(hearing.text)
    while match is not None:
        found = _taken(hearing, match, match.start("name"), loose=True) or found
        match = _SAYS_NAME.search(hearing.text, match.start("name") - 1)
    return found


def declines_shown_name(texts: Sequence[str], contact_name: str, bot_line: str) -> bool:
    """Whether a burst is only a no to "posso te chamar de Ana?"."""
    shown = shown_first_name(contact_name)
    if not shown or shown.lower() not in bot_line.lower():
        return False
    every = [normalise(text) for text in texts if text.strip()]
    return bool(every) and all(is_no(said) for said in every)


def shown_first_name(contact_name: str) -> str:
    """The first name in a push name, if it is one: "Ana Paula 🌸" gives "Ana"; "Loja da Ana" gives nothing."""
    every = plain(contact_name).split()
    if not every or every[0] not in first_names():
        return ""
    return _cased(contact_name.split(maxsplit=1)[0].strip(".,!~*_"), every[0])


def _taken(hearing: Hearing, match: re.Match[str], start: int, *, loose: bool) -> FactDraft | None:
    """The name that begins at `start` of the plain text; `loose`: unknown names count too."""
    name = _name_from(hearing, start, loose=loose)
    if name is None:
        return None
    value, end = name
    if match.re is not _SAYS_NAME and plain(value) == plain(hearing.settings.called):
        return None  # "Oi Bella" greets the assistant.
    confidence = 0.95 if match.re is _SAYS_NAME else 0.9
    return hearing.draft(FactKind.NAME, value, "", (match.start(), end), confidence=confidence)


def _name_from(hearing: Hearing, start: int, *, loose: bool) -> tuple[str, int] | None:
    said = hearing.said
    index = said.token_at(start)
    while index < len(said.tokens) and said.tokens[index] in _TITLES:
        index += 1
    first = index
    raw: list[str] = []
    while index < len(said.tokens) and len(raw) < 5:
        word, letters = said.tokens[index], said.raw[slice(*said.spans[index])]
        if not _goes_on(word, letters, raw, said.tokens[index + 1 : index + 2]):
            break
        raw.append(letters)
        index += 1
    while raw and fold(raw[-1]) in _LINKS:
        raw.pop()
        index -= 1
    if not raw or not _is_name(raw, loose=loose):
        return None
    value = " ".join(_cased(letters, fold(letters)) for letters in raw)
    last = first + len(raw) - 1
    return value, said.starts[last] + len(said.tokens[last])


def _goes_on(word: str, letters: str, raw: list[str], following: tuple[str, ...]) -> bool:
    """Whether the next word belongs to the name."""
    own = fold(letters)
    if word in _MARKS or not letters.replace("'", "").isalpha() or len(letters) > 20:
        return False
    if not raw:
        return own in first_names() or not any(each in COMMON_WORDS or each in _NEVER for each in (own, word))
    if own in _LINKS:
        after = following[0] if following else ""
        return own != "e" and after in _SURNAMES
    if own in first_names() or own in _SURNAMES:
        return True
    return letters[0].isupper() and own not in COMMON_WORDS and own not in _NEVER and not letters.isupper()


def _is_name(raw: list[str], *, loose: bool) -> bool:
    first = fold(raw[0])
    if first in first_names():
        return True
    if not loose or len(first) < 2 or first in COMMON_WORDS or first in _NEVER:
        return False
    place = plain(" ".join(raw))
    town = states_of(place) and (place in _WELL_KNOWN_TOWNS or raw[0].islower() or len(raw) > 1)
    return not town and bool(re.search(r"[aeiouy]", first))


def _cased(letters: str, own: str) -> str:
    if own in _LINKS:
        return letters.lower()
    if letters.islower() or (letters.isupper() and len(letters) > 1):
        return letters.capitalize()
    return letters


def _bare(hearing: Hearing) -> FactDraft | None:
    """The bare answer to "como posso te chamar?", or a yes to "posso te chamar de Ana?"."""
    said = hearing.said
    if is_yes(said):
        shown = shown_first_name(hearing.contact_name)
        if shown and shown.lower() in hearing.bot_line.lower():
            return hearing.whole(FactKind.NAME, shown, "", 0.85)
        return None
    if is_no(said) or is_unknown(said) or is_evasion(said):
        return None
    starts = [1] + [start + 2 for token, start in zip(said.tokens, said.starts, strict=True) if token in _MARKS]
    for start in starts[:_MOST_STARTS]:
        draft = _bare_from(hearing, start)
        if draft is not None:
            return draft
    return None


def _bare_from(hearing: Hearing, start: int) -> FactDraft | None:
    """The name that stands at `start` of the plain text, behind greetings, with nothing else around it."""
    said = hearing.said
    if start >= len(said.text) - 1:
        return None
    index = said.token_at(start)
    while index < len(said.tokens) and said.tokens[index] in _BEFORE_NAME:
        index += 1
    name = _name_from(hearing, said.starts[index], loose=True) if index < len(said.tokens) else None
    if name is None or not _stands_alone(hearing, *name):
        return None
    value, end = name
    confidence = 0.9 if _is_common(value) else 0.75
    return hearing.draft(FactKind.NAME, value, "", (said.starts[index], end), confidence=confidence)


def _stands_alone(hearing: Hearing, value: str, end: int) -> bool:
    """Whether what follows lets the words be a name: a common one may be followed by more than an unknown one."""
    said = hearing.said
    rest = said.text[end:].split()
    if re.match(r" *(?:, )?e (?:o (?:seu|teu)|voce|tu)(?: nome)? [?]", said.text[end:]):
        return True
    if not _is_common(value):
        if all(word in _MARKS for word in rest):
            return not said.raw.rstrip().endswith("?")
        # "Túlio, e quero pra essa semana": an unknown name in capitals, which is neither a wish nor a place.
        first = value.split(maxsplit=1)[0]
        apart = rest[0] in (",", ".", "!", "\n") and first in said.raw and first[0].isupper()
        return (
            apart
            and not mentions(normalise(value), hearing.settings)
            and not locate(value, hearing.settings).known_place
        )
    if len(said.words) <= 6 and fold(value.split(maxsplit=1)[0]) not in _EVERYDAY and "?" not in said.tokens:
        return True
    return not rest or rest[0] in _MARKS or rest[0] in _AFTER_NAME


def _is_common(value: str) -> bool:
    return fold(value.split(maxsplit=1)[0]) in first_names()
