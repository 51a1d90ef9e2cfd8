"""The figures of a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sdr_common.lead import Temperature
from sdr_reporting.domain.report import share


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of one period; a lead counts once per figure."""

    new_lead_count: int
    """Leads whose first message came in the period."""
    qualified_lead_count: int
    """Leads with a qualification in the period."""
    by_temperature: Mapping[Temperature, int]
    """Leads by their latest qualification in the period."""
    average_qualification_time: timedelta | None
    """Mean, over the latest qualifications in the period, of the time since the first message after the
    lead's previous qualification; None: none has such a message."""
    average_first_answer_time: timedelta | None
    """Mean, over the period's new leads that were answered, from first message to first public answer."""
    top_procedures: tuple[tuple[str, int], ...]
    """Slugs wanted by leads with a qualification in the period, most wanted first, at most 10."""
    average_score: float | None
    """Mean score of the latest qualifications in the period."""
    in_progress_lead_count: int
    """Leads that are being qualified now."""
    escalated_lead_count: int
    """Leads escalated in the period."""
    cost_micro_usd: int
    """What models cost in the period, for whichever lead: millionths of a US dollar."""

    @property
    def cost_per_new_lead_micro_usd(self) -> int | None:
        """The period's cost over its new leads; None: none."""
        return share(self.cost_micro_usd, self.new_lead_count)

    @property
    def cost_per_qualified_lead_micro_usd(self) -> int | None:
        """The period's cost, leads that were not qualified included, over its qualified leads; None: none."""
        return share(self.cost_micro_usd, self.qualified_lead_count)
