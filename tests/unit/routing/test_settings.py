from __future__ import annotations

from dataclasses import replace

import pytest

from sdr_common.errors import InvalidSettings
from sdr_common.lead import DisqualificationKind, Temperature
from sdr_routing.domain.settings import Closer, RoutingSettings, Strategy, TeamRule, check_settings
from tests.unit.routing.outcomes import CLINIC


def test_the_products_own_settings_are_good() -> None:
    check_settings(CLINIC, RoutingSettings())


def test_a_full_set_is_good() -> None:
    check_settings(
        CLINIC,
        RoutingSettings(
            team_rules=(TeamRule("Vendas"),),
            strategy=Strategy.WEIGHTED,
            closers=(Closer("Ana", "ana@c.test"), Closer("Bia", "bia@c.test", active=False)),
            closing={Temperature.HOT: "{nome} {clinica} {closer} {procedimento}"},
            polite_lines={DisqualificationKind.SPAM: "-"},
            panel_url="https://painel.test/app",
        ),
    )


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (RoutingSettings(team_rules=(TeamRule(" "),)), "team_rules[0].team"),
        (RoutingSettings(strategy=Strategy.RANDOM), "closers"),
        (RoutingSettings(strategy=Strategy.RANDOM, closers=(Closer("A", "a@c.test", active=False),)), "closers"),
        (RoutingSettings(closers=(Closer("A", "a@c.test"), Closer("B", "A@C.test"))), "closers[1].email"),
        (RoutingSettings(closing={Temperature.COLD: "Oi {lead}"}), "closing.frio"),
        (RoutingSettings(polite_lines={DisqualificationKind.SPAM: "{x}"}), "polite_lines.spam"),
        (RoutingSettings(panel_url="painel.test"), "panel_url"),
        (RoutingSettings(panel_url="ftp://painel.test"), "panel_url"),
    ],
)
def test_contradictions_are_named(settings: RoutingSettings, field: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        check_settings(CLINIC, settings)
    assert caught.value.details["field"] == field


@pytest.mark.parametrize("zone", ["America/Nowhere", "", "../etc/passwd", "/etc/passwd", "Brasília"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        check_settings(replace(CLINIC, time_zone=zone), RoutingSettings())
    assert caught.value.details["field"] == "clinic.time_zone"
