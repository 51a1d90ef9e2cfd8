"""A report to print, on demand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sdr_reporting.operations import PeriodWanted
from sdr_reporting.outputs.domain.page import page_of
from sdr_reporting.outputs.ports import Figures, Printer


class Render:
    """The use case.

    Args:
        figures: What a report is made of.
        printer: Makes PDF.
    """

    def __init__(self, figures: Figures, printer: Printer) -> None:
        self._figures = figures
        self._printer = printer

    async def report(self, account_id: int, wanted: PeriodWanted, language: str) -> tuple[bytes, str]:
        """A period's report as PDF, and a name for the file.

        Raises:
            InvalidField: the period is given twice, not at all, backwards, or is longer than a report can be.
        """
        report = await self._figures.report(account_id, wanted, language)
        first = report.counted.bounds.start.astimezone(ZoneInfo(report.zone_name))
        return await self._printer.print(page_of(report)), f"leads-{first:%Y-%m-%d}.pdf"
