"""A report to print, on demand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sdr_reporting.domain.period import Period, free_period, named_period
from sdr_reporting.operations import PeriodWanted
from sdr_reporting.outputs.domain.page import page_of
from sdr_reporting.outputs.ports import Figures, Printer


class Render:
    """The use case.

    Args:
        figures: What a report is made of.
        printer: Makes PDF.
        now: The clock, aware.
    """

    def __init__(self, figures: Figures, printer: Printer, now: Callable[[], datetime]) -> None:
        self._figures = figures
        self._printer = printer
        self._now = now

    async def report(self, account_id: int, wanted: PeriodWanted, language: str) -> tuple[bytes, str]:
        """A period's report as PDF, and a name for the file.

        Raises:
            InvalidField: the period ends before it begins.
        """
        period = await self._period(account_id, wanted)
        report = await self._figures.report(account_id, period, language)
        zone = await self._figures.zone(account_id)
        first = (period.start or period.until).astimezone(zone)
        return await self._printer.print(page_of(report)), f"leads-{first:%Y-%m-%d}.pdf"

    async def _period(self, account_id: int, wanted: PeriodWanted) -> Period:
        if wanted.name:
            zone = await self._figures.zone(account_id)
            return named_period(wanted.name, self._now(), zone.key)
        return free_period(wanted.start, wanted.until, self._now())
