"""How an account wants its leads handed on, and the rules that its settings must keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdr_common.clinic import Clinic
from sdr_common.errors import InvalidSettings
from sdr_common.lead import DisqualificationKind, Temperature

VARIABLES = ("nome", "clinica", "closer", "procedimento")
"""What a closing message may name, in braces."""
SAY_NOTHING = "-"
"""A polite line that is not sent."""

_VARIABLE = re.compile(r"\{(\w*)\}")


class Strategy(StrEnum):
    """How a closer is chosen."""

    NONE = "none"
    SEQUENTIAL = "sequential"
    RANDOM = "random"
    WEIGHTED = "weighted"


class Priority(StrEnum):
    """Which leads a closer gets first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class TeamRule:
    """Gives a team to leads of a kind; what is empty fits everything."""

    team: str
    temperatures: frozenset[Temperature] = frozenset()
    procedures: frozenset[str] = frozenset()
    inbox_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Closer:
    """Somebody who closes sales."""

    name: str
    email: str
    priority: Priority = Priority.MEDIUM
    active: bool = True


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """One account's rules."""

    team_rules: tuple[TeamRule, ...] = ()
    """The first that fits wins."""
    strategy: Strategy = Strategy.NONE
    closers: tuple[Closer, ...] = ()
    closing: Mapping[Temperature, str] = field(default_factory=dict)
    """Templates; a temperature that is not there gets the product's own."""
    polite_lines: Mapping[DisqualificationKind, str] = field(default_factory=dict)
    """As `closing`; `SAY_NOTHING` is not sent."""
    resolve_cold: bool = False
    escalation_team: str = ""
    """Empty: the team of the first rule for quente."""
    panel_url: str = ""
    """Without a trailing slash; empty: no link."""

    @property
    def team_names(self) -> tuple[str, ...]:
        """Every team that is named, once, in order."""
        names = [rule.team for rule in self.team_rules] + [self.escalation_team]
        return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def check_settings(clinic: Clinic, settings: RoutingSettings) -> None:
    """Refuses settings that contradict themselves.

    Raises:
        InvalidSettings: naming the field and what is wrong with it.
    """
    try:
        ZoneInfo(clinic.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSettings(
            "clinic.time_zone", "not an IANA time zone such as America/Sao_Paulo", value=clinic.time_zone
        ) from None
    _check_closers(settings)
    for number, rule in enumerate(settings.team_rules):
        if not rule.team.strip():
            raise InvalidSettings(f"team_rules[{number}].team", "must not be blank")
    for name, template in settings.closing.items():
        _check_variables(f"closing.{name.value}", template)
    for kind, line in settings.polite_lines.items():
        _check_variables(f"polite_lines.{kind.value}", line)
    if settings.panel_url:
        parts = urlsplit(settings.panel_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InvalidSettings("panel_url", "must be an http or https address")


def _check_closers(settings: RoutingSettings) -> None:
    seen: set[str] = set()
    for number, closer in enumerate(settings.closers):
        if closer.email.casefold() in seen:
            raise InvalidSettings(f"closers[{number}].email", "stands twice; every closer needs an e-mail of their own")
        seen.add(closer.email.casefold())
    if settings.strategy is not Strategy.NONE and not any(closer.active for closer in settings.closers):
        raise InvalidSettings(
            "closers", f"the strategy {settings.strategy.value} needs at least one active closer", limit=1
        )


def _check_variables(field_name: str, template: str) -> None:
    for match in _VARIABLE.finditer(template):
        if match[1] not in VARIABLES:
            known = ", ".join(f"{{{name}}}" for name in VARIABLES)
            raise InvalidSettings(field_name, f"unknown variable {match[0]}; known are {known}", value=match[0])
