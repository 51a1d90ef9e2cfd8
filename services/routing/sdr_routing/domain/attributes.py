"""The contact's attributes: their published keys and values, and which of them a turn may write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sdr_common.lead import REQUIRED_FACTS, FactKind, FunnelStage
from sdr_routing.domain.outcome import Outcome
from sdr_routing.domain.text import cut, one_line

TEXT_LIMIT = 1500
"""Characters that a text attribute of Chatwoot takes."""
STATUS: Final = "sdr_ia_status"
PROGRESS: Final = "sdr_ia_progresso"
TEMPERATURE: Final = "sdr_ia_temperatura"
SCORE: Final = "sdr_ia_score"
BEHAVIOUR: Final = "sdr_ia_comportamento"
SUMMARY: Final = "sdr_ia_resumo"
NEXT_STEP: Final = "sdr_ia_proximo_passo"
ATTEMPTS: Final = "sdr_ia_tentativas"
STARTED_AT: Final = "sdr_ia_iniciado_em"
QUALIFIED_AT: Final = "sdr_ia_qualificado_em"
FUNNEL_STAGE: Final = "estagio_funil"

Value = str | int

_FACT_KEYS: Final = {kind: f"sdr_ia_{kind.value}" for kind in FactKind}
_GUARDED: Final = frozenset({*_FACT_KEYS.values(), BEHAVIOUR, SUMMARY, FUNNEL_STAGE})
"""Keys in which a human's value stays."""
_EARLY_STAGES: Final = frozenset({FunnelStage.NEW_LEAD.value, FunnelStage.FIRST_CONTACT.value})
"""Stages that a judgement may move on from, whoever set them."""
_REMEMBERED = 50
"""Values per guarded key by which an older one of ours is still known as ours."""


@dataclass(frozen=True, slots=True)
class Written:
    """What we wrote, or are writing, into one contact's attributes."""

    current: Mapping[str, str] = field(default_factory=dict)
    """The last value per key."""
    history: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every value per guarded key, oldest first."""

    def adding(self, changes: Mapping[str, Value]) -> Written:
        """As it is after `changes` were planned."""
        texts = {key: str(value) for key, value in changes.items()}
        history = dict(self.history)
        for key, text in texts.items():
            if key in _GUARDED and text not in history.get(key, ()):
                history[key] = (*history.get(key, ()), text)[-_REMEMBERED:]
        return Written({**self.current, **texts}, history)

    def is_ours(self, key: str, value: str) -> bool:
        """Whether we wrote this value, now or before; stale snapshots show earlier ones."""
        own = {self.current.get(key, ""), *self.history.get(key, ())}
        return any(_same(value, text) for text in own if text)


def wanted(outcome: Outcome, zone: ZoneInfo) -> dict[str, Value]:
    """Every attribute that this turn gives a value to; a fact that is not known has none."""
    lead, qualification = outcome.lead, outcome.qualification
    values: dict[str, Value] = {}
    if outcome.status is not None:
        values[STATUS] = outcome.status.value
    values[PROGRESS] = f"{lead.known_count}/{len(REQUIRED_FACTS)}"
    for kind, key in _FACT_KEYS.items():
        fact = lead.facts.get(kind)
        if fact is not None:
            values[key] = cut(fact.value, TEXT_LIMIT)
    asked = {kind.value: lead.attempts[kind] for kind in FactKind if lead.attempts.get(kind, 0) > 0}
    if asked:
        values[ATTEMPTS] = json.dumps(asked)
    if lead.started_at is not None:
        values[STARTED_AT] = _iso(lead.started_at, zone)
    values[FUNNEL_STAGE] = FunnelStage.NEW_LEAD.value
    if qualification is not None:
        values |= {
            TEMPERATURE: qualification.temperature.value,
            SCORE: qualification.score,
            NEXT_STEP: qualification.next_step,
            QUALIFIED_AT: _iso(qualification.qualified_at, zone),
            FUNNEL_STAGE: qualification.funnel_stage,
        }
        if outcome.behaviour is not None:
            values[BEHAVIOUR] = outcome.behaviour.value
        values[SUMMARY] = cut(outcome.summary, TEXT_LIMIT)
    return {key: value for key, value in values.items() if value != ""}


def changes(values: Mapping[str, Value], shown: Mapping[str, str], written: Written) -> dict[str, Value]:
    """The values that must be written: those that differ, without what a human set.

    Args:
        values: What the turn gives.
        shown: The contact's attributes as Chatwoot showed them, perhaps a little while ago.
        written: What we wrote before; it is newer than `shown` where both are ours.
    """
    changed: dict[str, Value] = {}
    for key, value in values.items():
        text, before = str(value), shown.get(key, "").strip()
        if before and _same(before, text) and written.current.get(key, text) == text:
            continue
        if before and key in _GUARDED and not written.is_ours(key, before) and not _may_move_on(key, before, value):
            continue
        base = written.current.get(key, before)
        if key == FUNNEL_STAGE and base and value == FunnelStage.NEW_LEAD.value:
            continue
        if not _same(base, text):
            changed[key] = value
    return changed


def _may_move_on(key: str, before: str, value: Value) -> bool:
    return key == FUNNEL_STAGE and before in _EARLY_STAGES and value != FunnelStage.NEW_LEAD.value


def _same(one: str, other: str) -> bool:
    """Whether two values read the same: spacing does not count, nor does how a number is written."""
    if one_line(one) == one_line(other):
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _iso(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")
