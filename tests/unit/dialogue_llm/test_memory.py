from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdr_common.lead import EndReason, Fact, FactKind, FactSource, LeadStatus
from sdr_dialogue.domain.memory import normal_phone, united
from sdr_dialogue.domain.turn import Lead

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("+551187654321", "+5511987654321"),
        ("+5511987654321", "+5511987654321"),
        ("11 8765-4321", "+5511987654321"),
        ("(11) 98765-4321", "+5511987654321"),
        ("+55 11 3456-7890", "+551134567890"),
        ("+351912345678", "+351912345678"),
        ("+1 202 555 0123", "+12025550123"),
        ("12", ""),
        ("lead@example", ""),
        ("", ""),
    ],
)
def test_a_phone_has_one_spelling_and_a_brazilian_mobile_its_ninth_digit(text: str, normal: str) -> None:
    assert normal_phone(text) == normal


def a_fact(value: str, hours: int, *, locked: bool = False) -> Fact:
    at = NOW + timedelta(hours=hours)
    return Fact(FactKind.NAME, value, "", "", 1, 0.9, FactSource.LEAD, at, locked=locked)


def test_of_two_leads_that_are_one_the_latest_fact_counts_but_a_human_s_stays() -> None:
    older, newer = Lead({FactKind.NAME: a_fact("Ana", 1)}), Lead({FactKind.NAME: a_fact("Ana Lima", 2)})
    locked = Lead({FactKind.NAME: a_fact("Ana Souza", 0, locked=True)})
    assert united(older, newer).facts[FactKind.NAME].value == "Ana Lima"
    assert united(newer, older).facts[FactKind.NAME].value == "Ana Lima"
    assert united(newer, locked).facts[FactKind.NAME].value == "Ana Souza"


def test_whoever_asked_for_silence_once_has_asked_for_it_as_one_lead() -> None:
    silent = Lead(opted_out=True, status=LeadStatus.OPT_OUT)
    one = united(Lead(), silent)
    assert (one.opted_out, one.status) == (True, LeadStatus.OPT_OUT)


def test_a_qualification_that_ended_stays_ended_and_what_we_wrote_stays_ours() -> None:
    ended = Lead(ended=EndReason.FACTS_COMPLETE, status=None, written={FactKind.NAME: ("Ana",)}, started_at=NOW)
    fresh = Lead(written={FactKind.NAME: ("Bia",)}, started_at=NOW + timedelta(days=1))
    one = united(fresh, ended)
    assert (one.ended, one.status, one.started_at) == (EndReason.FACTS_COMPLETE, None, NOW)
    assert one.written[FactKind.NAME] == ("Ana", "Bia")
