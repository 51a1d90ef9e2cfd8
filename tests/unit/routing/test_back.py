"""When somebody is there again, in a lead's words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sdr_common.lead import EscalationReason, Temperature
from sdr_routing.domain.assignment import Assignment
from sdr_routing.domain.attributes import Written
from sdr_routing.domain.back import back_at
from sdr_routing.domain.delivery import GiveBack, Message, Note
from sdr_routing.domain.outcome import Outcome
from sdr_routing.domain.plan import Plan, plan, round_of, team_of
from sdr_routing.domain.settings import RoutingSettings, TeamRule
from tests.unit.routing.outcomes import CLINIC, INTEREST, NOW, SETTINGS, a_lead, a_qualification, an_outcome

ZONE = ZoneInfo("America/Sao_Paulo")
EVENING = datetime(2026, 6, 18, 20, 30, tzinfo=ZONE)
"""A Thursday."""


def planned(outcome: Outcome) -> Plan:
    return plan(outcome, SETTINGS, CLINIC, Assignment(), Written(), delivery_id="d", now=NOW)


def said(outcome: Outcome) -> list[str]:
    return [write.change.text for write in planned(outcome).writes if isinstance(write.change, Message)]


@pytest.mark.parametrize(
    ("opens", "language", "words"),
    [
        ((2026, 6, 19, 9, 0), "pt", "nossa equipe volta amanhã, às 9h."),
        ((2026, 6, 18, 21, 30), "pt", "nossa equipe volta hoje, às 21h30."),
        ((2026, 6, 22, 9, 0), "pt", "nossa equipe volta segunda-feira, às 9h."),
        ((2026, 6, 29, 8, 0), "pt", "nossa equipe volta segunda-feira (29/06), às 8h."),
        ((2026, 6, 22, 9, 0), "es", "nuestro equipo vuelve el lunes, a las 09:00."),
        ((2026, 6, 19, 9, 0), "en", "our team is back tomorrow at 09:00."),
    ],
)
def test_the_day_is_named_as_one_says_it(opens: tuple[int, int, int, int, int], language: str, words: str) -> None:
    assert back_at(datetime(*opens, tzinfo=ZONE), EVENING, ZONE, language).endswith(words)


def test_who_is_handed_over_outside_hours_reads_when_somebody_is_back() -> None:
    opens = datetime(2026, 6, 19, 9, 0, tzinfo=ZONE)
    (closing,) = said(an_outcome(qualification=a_qualification(Temperature.HOT), back_at=opens))
    assert closing.endswith("Agora estamos fora do horário de atendimento: nossa equipe volta amanhã, às 9h.")
    (called,) = said(an_outcome(reply="", escalation=EscalationReason.HUMAN_REQUESTED, back_at=opens))
    assert called.endswith("nossa equipe volta amanhã, às 9h.")


def test_a_new_interest_is_judged_noted_and_closed_no_second_time() -> None:
    settings = RoutingSettings(team_rules=(TeamRule("closers"),))
    outcome = an_outcome(
        reply="O peeling custa R$ 300.", qualification=a_qualification(Temperature.HOT), closed_before=True
    )
    made = planned(outcome)
    assert said(outcome) == ["O peeling custa R$ 300."]
    assert (made.closing, team_of(outcome, settings), round_of(outcome, settings)) == (False, "", None)
    (note,) = [write.change.text for write in made.writes if isinstance(write.change, Note)]
    assert note.startswith("**Novo interesse, pontuação refeita. 🔥 Lead quente: 105 de 130 pontos**")
    assert [write.change for write in made.writes][-1] == Message("O peeling custa R$ 300.", "")


def test_the_closer_is_told_that_a_lead_writes_again() -> None:
    outcome = an_outcome(reply="", asks=None, lead=a_lead(INTEREST), silent=True, wrote_again=True)
    (note,) = [write.change.text for write in planned(outcome).writes if isinstance(write.change, Note)]
    assert note == (
        "**🔔 O lead qualificado escreveu de novo** e ainda não foi atendido por uma pessoa (interesse: Botox).\n\n"
        "**Em:** 18/06/2026 12:30"
    )


def test_giving_back_comes_last_and_shows_no_takeover() -> None:
    made = planned(an_outcome(reply="", asks=None, silent=True, give_back=True))
    assert made.writes[-1].change == GiveBack()
    assert made.handing_off
