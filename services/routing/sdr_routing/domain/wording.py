"""What the lead reads from routing itself: closings, polite lines, the line when a human is called."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sdr_common.clinic import Clinic
from sdr_common.lead import DisqualificationKind, EscalationReason, FactKind, Temperature
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.outcome import Outcome
from sdr_routing.domain.settings import SAY_NOTHING, RoutingSettings
from sdr_routing.domain.text import one_line
from sdr_routing.domain.wording_abroad import ABROAD

CLOSINGS = {
    Temperature.HOT: (
        "Perfeito, {nome}! Já passei suas informações para {closer}, que vai continuar seu atendimento por aqui "
        "e combinar com você os próximos passos sobre {procedimento}. 😊"
    ),
    Temperature.WARM: (
        "Muito bom conversar com você, {nome}! {closer} vai te chamar por aqui para tirar suas dúvidas sobre "
        "{procedimento} e ver o melhor momento para você. 😊"
    ),
    Temperature.COLD: (
        "Foi ótimo conversar com você, {nome}! Quando quiser saber mais sobre {procedimento}, é só mandar uma "
        "mensagem por aqui. Um abraço da equipe {clinica}! 💛"
    ),
    Temperature.VERY_COLD: (
        "Tudo bem, {nome}! Agradecemos o seu contato. Se um dia precisar, é só mandar uma mensagem por aqui. "
        "Um abraço da equipe {clinica}!"
    ),
}
"""The product's own closings."""

POLITE_LINES = {
    DisqualificationKind.WRONG_NUMBER: (
        "Parece que houve um engano com o número, sem problema nenhum! Aqui é a equipe {clinica}. "
        "Tenha um ótimo dia! 😊"
    ),
    DisqualificationKind.SUPPLIER: (
        "Agradecemos o contato! Este canal é só para o atendimento de pacientes, por isso não conseguimos tratar de "
        "propostas comerciais por aqui. Bons negócios!"
    ),
    DisqualificationKind.JOB_SEEKER: (
        "Que bom saber do seu interesse em trabalhar com a gente! Este canal é só para o atendimento de pacientes e "
        "não recebe currículos. Boa sorte na sua busca! 🍀"
    ),
    DisqualificationKind.SPAM: "Agradecemos o contato, mas não temos interesse. Tenha um bom dia!",
}
"""The product's own lines for who is no lead."""

ESCALATIONS = {
    EscalationReason.HUMAN_REQUESTED: (
        "Claro! Já chamei uma pessoa da nossa equipe, que vai continuar o seu atendimento por aqui. 😊"
    ),
    EscalationReason.IRRITATION: (
        "Sinto muito por isso. Já chamei uma pessoa da nossa equipe para cuidar do seu atendimento por aqui."
    ),
    EscalationReason.EMERGENCY: (
        "Sinto muito que você esteja passando por isso. Já avisei a nossa equipe. Se os sintomas forem fortes, procure "
        "agora um pronto-socorro ou ligue para o SAMU, no 192."
    ),
    EscalationReason.LEGAL: (
        "Entendi. Já encaminhei a sua mensagem para uma pessoa responsável da nossa equipe, que vai responder por aqui."
    ),
    EscalationReason.MINOR: (
        "Para menores de 18 anos, o atendimento é feito junto com um responsável. Já chamei uma pessoa da nossa equipe "
        "para explicar como funciona."
    ),
    EscalationReason.PRODUCT_FAILURE: (
        "Para te atender melhor, chamei uma pessoa da nossa equipe, que vai continuar a conversa por aqui."
    ),
    EscalationReason.DATA_DELETION: (
        "Recebemos o seu pedido de exclusão de dados e já avisamos a equipe responsável. Você não vai mais receber "
        "mensagens nossas por aqui."
    ),
}
"""What the lead reads when a human is called and the engine said nothing."""

_UNKNOWN = {"closer": "nossa equipe", "procedimento": "sua avaliação"}
_UNKNOWN_ABROAD = {
    "es": {"closer": "nuestro equipo", "procedimento": "tu evaluación"},
    "en": {"closer": "our team", "procedimento": "your assessment"},
}
_ABOUT_IT = re.compile(r" sobre \{procedimento\}")
_TEAM_OF_CLINIC = re.compile(r"\bequipe \{clinica\}")
_CLINIC_WORDS = {
    "do": "centro consultorio consultório espaço espaco estúdio estudio grupo hospital instituto núcleo studio spa",
    "da": "casa clinica clínica policlínica policlinica",
}
"""Names that begin with one of these take an article: "equipe da Clínica Aurora", but "equipe Bella Pele"."""
_CALLED_FIRST = re.compile(r"(?m)^\{nome\}[,:]?[ \t]*")
_CALLED = re.compile(r",?[ \t]*\{nome\}")
_VARIABLE = re.compile(r"\{(clinica|closer|procedimento|nome)\}")
_BEGINS = re.compile(r"(?:^|[.!?…]\s+|\n\s*)$")
_LONG_NAME = 80
_PROCEDURE_WORDS = 5
_SENTENCE = re.compile(r"[.!?;:\n]|\b(?:quero|queria|gostaria|preciso|desejo|tenho|estou|fazer)\b", re.IGNORECASE)


def closing(
    outcome: Outcome, temperature: Temperature, settings: RoutingSettings, clinic: Clinic, who: Assignment
) -> str:
    """The one message that ends a qualification: the answer to the last question first, then the template."""
    abroad = ABROAD.get(outcome.language)
    own = settings.closing.get(temperature)
    if own or abroad is None:
        text = filled(own or CLOSINGS[temperature], variables(outcome, clinic, who))
    else:
        # A treatment's name is Portuguese: these closings do without it.
        phrases = _UNKNOWN_ABROAD[outcome.language] | variables(outcome, clinic, who)
        text = filled(abroad.closings[temperature], phrases)
    return "\n\n".join(part for part in (outcome.answer.strip(), text) if part)


def escalation(reason: EscalationReason, language: str = "pt") -> str:
    """What the lead reads when a human is called and the engine said nothing."""
    abroad = ABROAD.get(language)
    return ESCALATIONS[reason] if abroad is None else abroad.escalations.get(reason, abroad.human_called)


def polite_line(kind: DisqualificationKind, settings: RoutingSettings, clinic: Clinic, language: str = "pt") -> str:
    """The one line for somebody who is no lead; empty: the account wants none."""
    abroad = ABROAD.get(language)
    product_line = POLITE_LINES[kind] if abroad is None else abroad.polite_lines[kind]
    template = (settings.polite_lines.get(kind) or product_line).strip()
    return "" if template == SAY_NOTHING else filled(template, {"clinica": clinic.name})


def variables(outcome: Outcome, clinic: Clinic, who: Assignment) -> dict[str, str]:
    """What is known of a template's variables; an unknown one is left out."""
    known = {"clinica": clinic.name, "closer": who.closer_name, "nome": "", "procedimento": ""}
    name = outcome.lead.facts.get(FactKind.NAME)
    if name is not None and name.value.split():
        first = name.value.split()[0].strip(",.;!")
        known["nome"] = first[:1].upper() + first[1:]
    interest = outcome.lead.facts.get(FactKind.INTEREST)
    if interest is not None and interest.canonical:
        known["procedimento"] = _procedure(interest.value, interest.canonical)
    return {key: one_line(value)[:_LONG_NAME] for key, value in known.items() if value.strip()}


def _procedure(value: str, canonical: str) -> str:
    """A procedure's name inside a sentence: as it was said if that is a name, else from its slug."""
    said = one_line(value)
    names = said.split(", ")
    if any(len(name.split()) > _PROCEDURE_WORDS for name in names) or _SENTENCE.search(said):
        names = [canonical.replace("_", " ")]
    names = [name if name[1:2].isupper() else name[:1].lower() + name[1:] for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} e {names[-1]}"


def _article(clinic: str) -> str:
    """The article before a clinic's name, with its space; empty: it takes none."""
    first = clinic.split(maxsplit=1)[0].lower() if clinic.strip() else ""
    return next((f"{article} " for article, every in _CLINIC_WORDS.items() if first in every.split()), "")


def filled(template: str, known: Mapping[str, str]) -> str:
    """A template with its variables, reading well also where one is unknown.

    An unknown `{nome}` goes with its comma and an unknown `{procedimento}` with its "sobre"; elsewhere it and an
    unknown `{closer}` become a phrase. A value that begins a sentence begins with a capital. A value is never read
    as a template itself.
    """
    text = _TEAM_OF_CLINIC.sub(f"equipe {_article(known.get('clinica', ''))}{{clinica}}", template)
    if not known.get("procedimento"):
        text = _ABOUT_IT.sub("", text)
    if not known.get("nome"):
        text = _CALLED.sub("", _CALLED_FIRST.sub("", text)).strip()
        text = text[:1].upper() + text[1:]
    pieces: list[str] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        pieces.append(text[position : match.start()])
        value = known.get(match[1]) or _UNKNOWN.get(match[1], "")
        if _BEGINS.search("".join(pieces)):
            value = value[:1].upper() + value[1:]
        pieces.append(value)
        position = match.end()
    return "".join([*pieces, text[position:]])
