from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdr_common.lead import Temperature
from sdr_routing.domain.assignment import ASSIGNED, assignment_of, escalation_team, next_round, round_for, team_for
from sdr_routing.domain.settings import Closer, Priority, RoutingSettings, Strategy, TeamRule

ANA = Closer("Ana", "ana@c.test", Priority.HIGH)
BIA = Closer("Bia", "bia@c.test", Priority.MEDIUM)
CAIO = Closer("Caio", "caio@c.test", Priority.LOW)
AWAY = Closer("Davi", "davi@c.test", Priority.HIGH, active=False)


def settings(strategy: Strategy, *closers: Closer) -> RoutingSettings:
    return RoutingSettings(strategy=strategy, closers=closers)


def test_the_first_rule_that_fits_wins() -> None:
    rules = RoutingSettings(
        team_rules=(
            TeamRule("Laser", procedures=frozenset({"remocao_de_tatuagem"})),
            TeamRule("Centro", inbox_ids=frozenset({3})),
            TeamRule("Quentes", temperatures=frozenset({Temperature.HOT})),
            TeamRule("Geral"),
        )
    )
    assert team_for(rules, Temperature.WARM, "remocao_de_tatuagem", 3) == "Laser"
    assert team_for(rules, Temperature.WARM, "botox", 3) == "Centro"
    assert team_for(rules, Temperature.HOT, "botox", 1) == "Quentes"
    assert team_for(rules, Temperature.WARM, "", 0) == "Geral"


@pytest.mark.parametrize("temperature", [Temperature.COLD, Temperature.VERY_COLD])
def test_cold_leads_are_assigned_to_nobody(temperature: Temperature) -> None:
    rules = RoutingSettings(team_rules=(TeamRule("Geral"),), strategy=Strategy.SEQUENTIAL, closers=(ANA,))
    assert team_for(rules, temperature, "botox", 1) == ""
    assert round_for(rules, temperature) is None


def test_closers_take_turns() -> None:
    round_ = round_for(settings(Strategy.SEQUENTIAL, ANA, AWAY, BIA), Temperature.WARM)
    assert round_ is not None
    assert [round_.pick(count, "").name for count in range(5)] == ["Ana", "Bia", "Ana", "Bia", "Ana"]


@pytest.mark.parametrize(
    ("temperature", "closers", "expected"),
    [
        (Temperature.HOT, (CAIO, BIA, ANA), "Ana"),
        (Temperature.HOT, (CAIO, BIA, AWAY), "Bia"),
        (Temperature.HOT, (CAIO,), "Caio"),
        (Temperature.WARM, (CAIO, BIA, ANA), "Bia"),
        (Temperature.WARM, (CAIO, ANA), "Ana"),
        (Temperature.WARM, (CAIO,), "Caio"),
    ],
)
def test_weighted_gives_a_lead_to_the_preferred_priority(
    temperature: Temperature, closers: tuple[Closer, ...], expected: str
) -> None:
    round_ = round_for(settings(Strategy.WEIGHTED, *closers), temperature)
    assert round_ is not None
    assert round_.pick(0, "").name == expected


def test_a_draw_is_the_same_for_the_same_request_and_reaches_everybody() -> None:
    round_ = round_for(settings(Strategy.RANDOM, ANA, BIA, CAIO), Temperature.HOT)
    assert round_ is not None
    assert round_.pick(0, "pedido-1") == round_.pick(9, "pedido-1")
    drawn = Counter(round_.pick(0, f"pedido-{number}").name for number in range(300))
    assert all(70 < drawn[name] < 130 for name in ("Ana", "Bia", "Caio"))


def test_no_active_closer_means_no_closer() -> None:
    assert round_for(settings(Strategy.SEQUENTIAL, AWAY), Temperature.HOT) is None
    assert round_for(settings(Strategy.NONE, ANA), Temperature.HOT) is None


def test_escalations_go_to_their_team_or_that_of_the_first_rule_for_quente() -> None:
    cold_first = (
        TeamRule("Mornos", temperatures=frozenset({Temperature.WARM})),
        TeamRule("Quentes", temperatures=frozenset({Temperature.HOT})),
    )
    assert escalation_team(RoutingSettings(team_rules=cold_first, escalation_team="Plantão")) == "Plantão"
    assert escalation_team(RoutingSettings(team_rules=cold_first)) == "Quentes"
    assert escalation_team(RoutingSettings()) == ""


def test_the_reason_is_for_operators() -> None:
    round_ = round_for(settings(Strategy.SEQUENTIAL, ANA, BIA), Temperature.HOT)
    assert round_ is not None
    decided = assignment_of("Geral", round_, round_.pick(1, ""), Temperature.HOT)
    assert (decided.team, decided.closer_email) == ("Geral", "bia@c.test")
    assert decided.reason == "time Geral pela primeira regra que combina; rodízio entre 2: vez de Bia"
    assert assignment_of("", None, None, Temperature.HOT).reason == "nenhuma regra de time combina"


CLOSERS = st.lists(
    st.builds(
        Closer,
        name=st.just("C"),
        email=st.uuids().map(lambda uid: f"{uid}@c.test"),
        priority=st.sampled_from(Priority),
        active=st.booleans(),
    ),
    max_size=6,
)


@given(CLOSERS, st.sampled_from(Strategy), st.sampled_from(Temperature), st.integers(0, 10**9), st.text(max_size=20))
def test_choosing_is_total_and_never_picks_somebody_who_is_away(
    closers: list[Closer], strategy: Strategy, temperature: Temperature, count: int, seed: str
) -> None:
    round_ = round_for(settings(strategy, *closers), temperature)
    somebody = any(closer.active for closer in closers)
    assert (round_ is not None) == (somebody and strategy is not Strategy.NONE and temperature in ASSIGNED)
    if round_ is not None:
        picked = round_.pick(count, seed)
        assert picked.active
        assert picked in closers


@given(CLOSERS.filter(lambda closers: any(closer.active for closer in closers)), st.integers(1, 5))
def test_a_round_is_fair(closers: list[Closer], rounds: int) -> None:
    round_ = round_for(settings(Strategy.SEQUENTIAL, *closers), Temperature.HOT)
    assert round_ is not None
    size = len(round_.closers)
    given_to = Counter(round_.pick(count, "").email for count in range(size * rounds))
    assert set(given_to.values()) == {rounds}


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.SEQUENTIAL, "rodízio entre 2: vez de Ana"),
        (Strategy.WEIGHTED, "rodízio por prioridade (alta, 1): vez de Ana"),
        (Strategy.RANDOM, "sorteio entre 2: Ana"),
    ],
)
def test_each_strategy_says_why(strategy: Strategy, expected: str) -> None:
    round_ = round_for(settings(strategy, ANA, BIA), Temperature.HOT)
    assert round_ is not None
    assert round_.reason(ANA) == expected


def test_a_draw_is_not_told_before_it_falls() -> None:
    round_ = round_for(settings(Strategy.RANDOM, ANA, BIA), Temperature.HOT)
    decided = assignment_of("Geral", round_, None, Temperature.HOT)
    assert decided.closer_email == ""
    assert decided.reason.endswith("sorteio entre 2 na hora da transferência")


def test_a_rule_for_other_leads_assigns_nobody() -> None:
    rules = RoutingSettings(team_rules=(TeamRule("Laser", procedures=frozenset({"laser"})),))
    assert team_for(rules, Temperature.HOT, "botox", 1) == ""


def test_a_lead_goes_on_to_who_has_not_had_it_the_next_priority_where_one_is_used_up() -> None:
    weighted = settings(Strategy.WEIGHTED, ANA, BIA, CAIO, AWAY)
    tried: list[str] = []
    order = []
    while (round_ := next_round(weighted, Temperature.HOT, tried)) is not None:
        closer = round_.pick(0, "")
        order.append(closer.name)
        tried.append(closer.email.upper())
    assert order == ["Ana", "Bia", "Caio"]
