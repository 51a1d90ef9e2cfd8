"""What people are told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sdr_reporting.outputs.domain.alert import (
    Alert,
    AlertKind,
    HotLead,
    Known,
    Pulse,
    QuietHours,
    Rules,
    Stretch,
    judge,
    opening_time,
    waiting_leads,
)
from sdr_reporting.outputs.domain.alert_words import alert_text

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN_ALWAYS = Pulse(NOW, connected=True, works=True, has_hours=False)
# Yesterday and today from 11 to 21 UTC, which is 8 to 18 in São Paulo.
IN_DAYTIME = replace(
    OPEN_ALWAYS,
    has_hours=True,
    open=tuple(
        Stretch(datetime(2026, 3, day, 11, tzinfo=UTC), datetime(2026, 3, day, 21, tzinfo=UTC)) for day in (2, 3)
    ),
)


def known(**facts: Any) -> Known:
    return replace(Known(NOW, OPEN_ALWAYS), **facts)


def found(rules: Rules, facts: Known) -> list[tuple[AlertKind, str]]:
    return [(each.kind, each.subject) for each in judge(rules, facts).findings]


def test_nothing_is_found_where_all_is_well() -> None:
    assert found(Rules(), known(settled_count=100, last_lead_at=NOW - HOUR)) == []


@pytest.mark.parametrize(
    ("settled", "failed", "fires"),
    [(100, 9, False), (100, 10, True), (10, 2, False), (3, 3, True), (0, 0, False)],
)
def test_failures_fire_at_their_share_and_least_number(settled: int, failed: int, fires: bool) -> None:
    assert (found(Rules(), known(settled_count=settled, failed_count=failed)) != []) is fires


def test_a_budget_fires_for_each_limit_that_was_reached() -> None:
    assert found(Rules(), known(budgets=frozenset({"stop"}))) == [(AlertKind.BUDGET, "stop")]
    assert found(Rules(budget=False), known(budgets=frozenset({"stop"}))) == []


def test_silence_counts_opening_time_alone() -> None:
    last = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
    assert opening_time(IN_DAYTIME, last, NOW) == 5 * HOUR
    assert found(Rules(), known(pulse=IN_DAYTIME, last_lead_at=last)) == []
    assert found(Rules(no_leads_after=5 * HOUR), known(pulse=IN_DAYTIME, last_lead_at=last)) == [
        (AlertKind.NO_LEADS, "")
    ]
    assert found(Rules(), known(last_lead_at=last)) == [(AlertKind.NO_LEADS, "")]


def test_a_clinic_without_any_lead_yet_misses_none() -> None:
    assert found(Rules(), known(last_lead_at=None)) == []


def test_a_connection_fires_after_its_time_and_only_where_there_is_one() -> None:
    down = NOW - timedelta(minutes=6)
    assert found(Rules(), known(chatwoot_down_since=down)) == [(AlertKind.CONNECTION, "chatwoot")]
    assert found(Rules(connection_after=HOUR), known(chatwoot_down_since=down)) == []
    assert found(Rules(), known(pulse=replace(OPEN_ALWAYS, connected=False), chatwoot_down_since=down)) == []
    assert found(Rules(), known(waha_down_since=down)) == []
    assert found(Rules(waha_url="https://waha.example"), known(waha_down_since=down)) == [
        (AlertKind.CONNECTION, "waha")
    ]


def test_each_hot_lead_that_waits_too_long_is_told_by_itself() -> None:
    leads = [HotLead(1, 11, NOW - timedelta(minutes=20), ""), HotLead(2, 12, NOW - timedelta(minutes=5), "")]
    assert found(Rules(), known(hot_leads=leads)) == [(AlertKind.HOT_LEAD, "11")]
    overnight = [HotLead(1, 11, datetime(2026, 3, 2, 23, tzinfo=UTC), "")]
    early = known(pulse=IN_DAYTIME, now=datetime(2026, 3, 3, 11, 10, tzinfo=UTC), hot_leads=overnight)
    assert AlertKind.HOT_LEAD not in {kind for kind, _ in found(Rules(), early)}


def test_an_old_pulse_decides_nothing_of_what_it_alone_knows() -> None:
    stale = replace(OPEN_ALWAYS, observed_at=NOW - timedelta(minutes=16))
    facts = known(pulse=stale, chatwoot_down_since=NOW - HOUR, failed_count=5, settled_count=5)
    judgement = judge(Rules(), facts)
    assert [each.kind for each in judgement.findings] == [AlertKind.ERROR_RATE]
    assert judgement.undecided == {AlertKind.NO_LEADS, AlertKind.CONNECTION, AlertKind.HOT_LEAD}


@pytest.mark.parametrize(
    ("begins", "ends", "now", "expected"),
    [
        (time(22), time(7), "2026-03-03T01:30", "2026-03-03T10:00"),
        (time(22), time(7), "2026-03-03T09:59", "2026-03-03T10:00"),
        (time(22), time(7), "2026-03-03T10:00", None),
        (time(12), time(14), "2026-03-03T15:30", "2026-03-03T17:00"),
        (time(12), time(14), "2026-03-03T14:59", None),
        (time(8), time(8), "2026-03-03T11:00", None),
    ],
)
def test_quiet_hours_are_the_clinics(begins: time, ends: time, now: str, expected: str | None) -> None:
    quiet = QuietHours(begins, ends)
    end = quiet.end_after(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo("America/Sao_Paulo"))
    assert (None if end is None else end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")) == expected


@pytest.mark.parametrize("language", ["pt", "en", "es"])
@pytest.mark.parametrize(
    ("kind", "subject", "detail"),
    [
        (AlertKind.BUDGET, "near", {}),
        (AlertKind.BUDGET, "stop", {}),
        (AlertKind.ERROR_RATE, "", {"percent": 12, "failed": 4}),
        (AlertKind.NO_LEADS, "", {"tenths_of_hours": 85}),
        (AlertKind.CONNECTION, "chatwoot", {"minutes": 7}),
        (AlertKind.CONNECTION, "waha", {"minutes": 7}),
        (AlertKind.HOT_LEAD, "1234", {"minutes": 15, "closer": ""}),
    ],
)
def test_every_alert_has_a_text_for_its_beginning_and_its_end(
    language: str, kind: AlertKind, subject: str, detail: dict[str, str | int]
) -> None:
    alert = Alert("a", 7, kind, subject, detail, NOW)
    texts = {alert_text(alert, language), alert_text(alert, language, resolved=True)}
    assert len(texts) == 2
    assert not any("{" in text for text in texts)


def test_texts_read_as_people_write_them() -> None:
    silence = Alert("a", 7, AlertKind.NO_LEADS, "", {"tenths_of_hours": 85}, NOW)
    assert alert_text(silence, "pt").startswith("Nenhum lead novo em 8,5 h")
    waiting = Alert("a", 7, AlertKind.HOT_LEAD, "1234", {"minutes": 15, "closer": ""}, NOW)
    assert alert_text(waiting, "pt") == (
        "Um lead quente espera resposta há mais de 15 min (conversa 1234, com o time)."
    )


def passed_on(lead: HotLead, **rules: object) -> list[tuple[int, int]]:
    """Conversation and minutes waited of what is to be given to the next closer."""
    found = waiting_leads(replace(Rules(reassign=True), **rules), [lead], OPEN_ALWAYS, NOW)  # type: ignore[arg-type]  # fields of the rules
    return [(each.lead.conversation_id, int(each.waited.total_seconds() // 60)) for each in found]


@pytest.mark.parametrize(
    ("change", "rules", "expected"),
    [
        ({}, {}, [(11, 20)]),
        ({}, {"reassign": False}, []),
        ({}, {"hot_after": None}, []),
        ({}, {"hot_after": timedelta(minutes=21)}, []),
        ({"closer_email": ""}, {}, []),
        ({"tried_count": 1, "given_at": NOW - timedelta(minutes=14)}, {}, []),
        ({"tried_count": 1, "given_at": NOW - timedelta(minutes=16)}, {}, [(11, 16)]),
        ({"tried_count": 1, "given_at": None}, {}, [(11, 20)]),
        ({"tried_count": 2}, {}, []),
        ({"tried_count": 2}, {"reassign_at_most": 3}, [(11, 20)]),
    ],
    ids=[
        "it waited",
        "only told",
        "no rule",
        "not long enough",
        "nobody has it",
        "the next one has time",
        "the next one does not answer either",
        "Chatwoot refused the next one",
        "often enough",
        "as often as the account says",
    ],
)
def test_a_hot_lead_goes_to_the_next_closer(
    change: dict[str, object], rules: dict[str, object], expected: list[tuple[int, int]]
) -> None:
    lead = HotLead(1, 11, NOW - timedelta(minutes=20), "ana@c.example", "q")
    assert passed_on(replace(lead, **change), **rules) == expected  # type: ignore[arg-type]  # fields of the lead


def test_a_step_keeps_its_id_until_it_was_taken() -> None:
    lead = HotLead(1, 11, NOW - timedelta(minutes=20), "ana@c.example", "q")
    steps = [
        waiting_leads(Rules(reassign=True), [each], OPEN_ALWAYS, now)[0].step_id
        for each, now in [(lead, NOW), (lead, NOW + timedelta(minutes=1)), (replace(lead, tried_count=1), NOW)]
    ]
    assert steps[0] == steps[1] != steps[2]
