"""What calls to models cost an account, and what its budget allows."""

from __future__ import annotations

from dataclasses import dataclass

from sdr_dialogue.domain.conversation import Usage
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.turn import ConversationRef


@dataclass(frozen=True, slots=True)
class Spending:
    """What one piece of work cost."""

    conversation: ConversationRef
    turn_id: int
    purpose: str
    """turn, analysis or transcription."""
    engine: str
    """Who answered at last; calls of others that failed before are in `usage` too."""
    prompt_version: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Budget:
    """What an account may spend in a month of UTC, in millionths of a US dollar; 0: without limit."""

    alert_micro_usd: int
    stop_micro_usd: int

    def allows_models(self, spent_micro_usd: int) -> bool:
        """False: the scripted engine answers alone until the month ends."""
        return not self.stop_micro_usd or spent_micro_usd < self.stop_micro_usd


@dataclass(frozen=True, slots=True)
class MonthTold:
    """Where an account stands after a spending, and what is to be told for the first time this month."""

    cost_micro_usd: int
    alert: bool = False
    stop: bool = False


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one model cost for one purpose with one version of the prompt."""

    engine: str
    purpose: str
    prompt_version: str
    call_count: int
    lead_count: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class Costs:
    """What an account's models cost in a period."""

    lines: tuple[CostLine, ...]
    """Dearest first."""
    lead_count: int
    """Leads that anything was spent on."""
    cost_micro_usd: int
    month_micro_usd: int
    """In the current month of UTC, whatever the period."""


def budget_of(settings: AccountSettings, brl_per_usd: float) -> Budget:
    """The account's limits in the money that providers charge.

    Args:
        settings: The account's, in reais.
        brl_per_usd: Reais for a dollar.
    """
    return Budget(
        alert_micro_usd=round(settings.budget_alert_brl / brl_per_usd * 1_000_000),
        stop_micro_usd=round(settings.budget_stop_brl / brl_per_usd * 1_000_000),
    )
