from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sdr_common.lead import (
    Behaviour,
    Disqualification,
    DisqualificationKind,
    EndReason,
    EscalationReason,
    FactKind,
    LeadStatus,
    Temperature,
)
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.attributes import Written
from sdr_routing.domain.delivery import WORDS, Attributes, Labels, Message, Note, Status
from sdr_routing.domain.outcome import AppliedRule, Outcome
from sdr_routing.domain.plan import Plan, plan, round_of, team_of
from sdr_routing.domain.settings import Closer, RoutingSettings, Strategy, TeamRule
from tests.unit.routing.outcomes import (
    CLINIC,
    INTEREST,
    NAME,
    NOW,
    SETTINGS,
    URGENCY,
    a_lead,
    a_qualification,
    an_outcome,
)

ID = "3b241101-e2bb-4255-8caf-4136c566a962"
BOTH = Assignment("Comercial", "ana@c.test", "Ana")


def planned(
    outcome: Outcome,
    settings: RoutingSettings = SETTINGS,
    assignment: Assignment | None = None,
    written: Written | None = None,
) -> Plan:
    return plan(outcome, settings, CLINIC, assignment or Assignment(), written or Written(), delivery_id=ID, now=NOW)


def kinds(result: Plan) -> list[str]:
    return [WORDS[type(write.change)] for write in result.writes]


def texts(result: Plan) -> list[str]:
    return [write.change.text for write in result.writes if isinstance(write.change, Message)]


def a_closing(temperature: Temperature = Temperature.HOT, **changes: Any) -> Outcome:
    values: dict[str, Any] = {
        "lead": a_lead(NAME, INTEREST, URGENCY, status=LeadStatus.QUALIFIED),
        "qualification": a_qualification(temperature),
        "behaviour": Behaviour.COOPERATIVE,
        "summary": "Quer botox.",
        "reply": "ignorada",
        "asks": None,
    }
    return an_outcome(**{**values, **changes})


def not_a_lead(kind: DisqualificationKind, **changes: Any) -> Outcome:
    judged = a_qualification(
        Temperature.VERY_COLD,
        ended=EndReason.DISQUALIFIED,
        disqualification=Disqualification(kind, "não é aqui", 9),
        rules=(AppliedRule("disqualified", "O contato não é um lead."),),
    )
    return a_closing(qualification=judged, **changes)


def test_an_ordinary_turn_writes_attributes_and_the_answer_with_its_question() -> None:
    result = planned(an_outcome())
    assert kinds(result) == ["attributes", "message"]
    message = result.writes[1]
    assert message.change == Message("Para quando você pensa em fazer?", "urgencia")
    assert message.sdr_key == f"{ID}/1"
    assert (result.handing_off, result.closing, result.qualifying) == (False, False, True)


@pytest.mark.parametrize(
    ("status", "before", "qualifying"),
    [
        (None, "qualificado", False),
        (None, "completo", False),
        (None, "em_andamento", True),
        (None, "", True),
        (LeadStatus.IN_PROGRESS, "incompleto", True),
    ],
)
def test_a_takeover_pauses_only_a_lead_that_is_being_qualified(
    status: LeadStatus | None, before: str, qualifying: bool
) -> None:
    written = Written({"sdr_ia_status": before} if before else {})
    assert planned(an_outcome(lead=a_lead(INTEREST, status=status)), written=written).qualifying is qualifying


def test_a_hand_off_has_its_order() -> None:
    result = planned(a_closing(), assignment=BOTH)
    assert kinds(result) == ["attributes", "labels", "team", "closer", "note", "message", "status"]
    assert result.writes[-1].change == Status("open")
    assert result.writes[4].sdr_key == f"{ID}/note"
    assert (result.handing_off, result.closing, result.qualifying) == (True, True, False)


def test_the_closing_is_the_only_message_and_begins_with_the_answer() -> None:
    assert texts(planned(a_closing(answer="Sim, abrimos aos sábados."), assignment=BOTH)) == [
        (
            "Sim, abrimos aos sábados.\n\nPerfeito, Mariana! Já passei suas informações para Ana, que vai continuar "
            "seu atendimento por aqui e combinar com você os próximos passos sobre botox. 😊"
        )
    ]


def test_a_closing_asks_nothing() -> None:
    result = planned(a_closing(asks=FactKind.URGENCY))
    (message,) = [write.change for write in result.writes if isinstance(write.change, Message)]
    assert message.asks == ""


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (Temperature.HOT, ["attributes", "labels", "note", "message", "status"]),
        (Temperature.WARM, ["attributes", "labels", "note", "message", "status"]),
        (Temperature.COLD, ["attributes", "labels", "message"]),
        (Temperature.VERY_COLD, ["attributes", "labels", "message"]),
    ],
)
def test_only_warm_leads_get_a_note_and_are_opened(temperature: Temperature, expected: list[str]) -> None:
    assert kinds(planned(a_closing(temperature))) == expected


@pytest.mark.parametrize("temperature", [Temperature.COLD, Temperature.VERY_COLD])
def test_cold_leads_are_resolved_by_setting_and_that_is_no_hand_off(temperature: Temperature) -> None:
    result = planned(a_closing(temperature), RoutingSettings(resolve_cold=True))
    assert result.writes[-1].change == Status("resolved")
    assert not result.handing_off


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (Temperature.HOT, ["attributes", "labels", "team", "note"]),
        (Temperature.WARM, ["attributes", "labels", "team", "note"]),
        (Temperature.COLD, ["attributes", "labels"]),
    ],
)
def test_an_abandoned_lead_hears_nothing_and_stays_pending(temperature: Temperature, expected: list[str]) -> None:
    judged = a_qualification(temperature, status=LeadStatus.INCOMPLETE, ended=EndReason.ABANDONED)
    settings = RoutingSettings(
        team_rules=(TeamRule("Comercial"),),
        strategy=Strategy.SEQUENTIAL,
        closers=(Closer("Ana", "ana@c.test"),),
    )
    outcome = a_closing(qualification=judged)
    assert round_of(outcome, settings) is None
    assert kinds(planned(outcome, settings, Assignment(team_of(outcome, settings)))) == expected


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        (DisqualificationKind.WRONG_NUMBER, "Parece que houve um engano com o número"),
        (DisqualificationKind.SUPPLIER, "Agradecemos o contato! Este canal é só"),
        (DisqualificationKind.JOB_SEEKER, "Que bom saber do seu interesse em trabalhar"),
        (DisqualificationKind.SPAM, "Agradecemos o contato, mas não temos interesse."),
    ],
)
def test_who_is_no_lead_gets_one_polite_line_and_no_closing(kind: DisqualificationKind, begins: str) -> None:
    result = planned(not_a_lead(kind, answer="Sim, abrimos aos sábados."))
    (text,) = texts(result)
    assert text.startswith(begins)
    assert not result.closing


def test_an_account_may_want_no_polite_line() -> None:
    settings = RoutingSettings(polite_lines={DisqualificationKind.SPAM: "-"})
    assert texts(planned(not_a_lead(DisqualificationKind.SPAM), settings)) == []


def test_a_refusal_is_closed_with_the_closing_of_its_temperature() -> None:
    result = planned(not_a_lead(DisqualificationKind.REFUSAL))
    assert texts(result)[0].startswith("Tudo bem, Mariana!")
    assert result.closing


def test_a_disqualification_that_the_lead_overruled_counts_no_more() -> None:
    judged = a_qualification(
        Temperature.WARM,
        disqualification=Disqualification(DisqualificationKind.WRONG_NUMBER, "engano", 3),
        rules=(AppliedRule("latest_statement_wins", "Depois disse que quer botox."),),
    )
    assert texts(planned(a_closing(qualification=judged)))[0].startswith("Muito bom conversar")


def test_an_escalation_says_what_the_engine_said_once_and_opens() -> None:
    outcome = an_outcome(reply="Vou chamar alguém.", escalation=EscalationReason.HUMAN_REQUESTED)
    result = planned(outcome, assignment=Assignment("Plantão"))
    assert kinds(result) == ["attributes", "team", "note", "message", "status"]
    assert texts(result) == ["Vou chamar alguém."]
    first = result.writes[0].change
    assert isinstance(first, Attributes)
    assert first.values["sdr_ia_status"] == "escalado"


@pytest.mark.parametrize("reason", list(EscalationReason))
def test_every_escalation_has_a_kind_message_of_its_own(reason: EscalationReason) -> None:
    (text,) = texts(planned(an_outcome(reply="", escalation=reason)))
    assert len(text) > 40


def test_an_escalation_during_a_judgement_is_one_message_and_no_closing() -> None:
    result = planned(a_closing(escalation=EscalationReason.LEGAL, reply="Já encaminhei."))
    assert texts(result) == ["Já encaminhei."]
    assert not result.closing


def test_silence_for_ever_beats_an_escalation() -> None:
    outcome = an_outcome(lead=a_lead(INTEREST, status=LeadStatus.OPT_OUT), escalation=EscalationReason.DATA_DELETION)
    first = planned(outcome).writes[0].change
    assert isinstance(first, Attributes)
    assert first.values["sdr_ia_status"] == "opt_out"


def test_a_silent_delivery_has_notes_and_attributes_only() -> None:
    outcome = a_closing(silent=True)
    settings = RoutingSettings(team_rules=(TeamRule("Comercial"),))
    assert team_of(outcome, settings) == ""
    assert kinds(planned(outcome, settings)) == ["attributes", "labels", "note"]


def test_labels_that_are_there_already_cost_nothing() -> None:
    labels = ("temperatura-quente", "procedimento-botox", "urgencia-proximas_2_semanas", "comportamento-cooperativo")
    assert "labels" not in kinds(planned(a_closing(labels=(*labels, "vip"))))


def test_the_labels_of_a_judgement() -> None:
    (labels,) = [write.change for write in planned(a_closing()).writes if isinstance(write.change, Labels)]
    assert labels.labels == (
        "temperatura-quente",
        "procedimento-botox",
        "urgencia-proximas_2_semanas",
        "comportamento-cooperativo",
    )


def test_a_turn_that_changes_nothing_has_no_writes() -> None:
    first = planned(an_outcome(reply=""))
    assert kinds(planned(an_outcome(reply=""), written=first.written)) == []


def test_text_from_the_lead_is_no_template_in_note_or_closing() -> None:
    name = replace(NAME, value="{{contact.email}} {%x%}")
    outcome = a_closing(lead=a_lead(name, INTEREST), summary="{{contact.phone_number}}")
    result = planned(outcome)
    for write in result.writes:
        if isinstance(write.change, Note | Message):
            assert "{{" not in write.change.text
            assert "{%" not in write.change.text


def test_a_turn_in_qualification_assigns_nobody_and_an_escalation_its_team() -> None:
    settings = RoutingSettings(
        team_rules=(TeamRule("Geral"),), strategy=Strategy.SEQUENTIAL, closers=(Closer("Ana", "ana@c.test"),)
    )
    assert (team_of(an_outcome(), settings), round_of(an_outcome(), settings)) == ("", None)
    called = an_outcome(escalation=EscalationReason.LEGAL)
    assert (team_of(called, settings), round_of(called, settings)) == ("Geral", None)
    judged = round_of(a_closing(), settings)
    assert judged is not None
    assert judged.counter == "sequential"
