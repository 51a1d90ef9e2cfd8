"""A sheet of leads as an XLSX file, row by row: what is written leaves memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from sdr_reporting.domain.export import Wording

_WIDTH = 18


class XlsxSheet:
    """`Sheet` by XlsxWriter, which writes each row to a file of its own accord.

    Texts are written as texts, so that none is a formula.

    Args:
        path: Where the file is made.
        wording: Headings and how instants are shown.
    """

    def __init__(self, path: Path, wording: Wording) -> None:
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "in_memory": False})
        self._page = self._book.add_worksheet(wording.sheet)
        self._instant = self._book.add_format({"num_format": wording.sheet_instant})
        bold = self._book.add_format({"bold": True, "bottom": 1})
        self._page.set_column(0, len(wording.headings) - 1, _WIDTH)
        self._page.freeze_panes(1, 0)
        for column, heading in enumerate(wording.headings):
            self._page.write_string(0, column, heading, bold)
        self._columns = len(wording.headings)
        self._next = 1

    def add(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Adds rows; instants are without a zone: the account's."""
        page, instant = self._page, self._instant
        for number, row in enumerate(rows, self._next):
            for column, value in enumerate(row):
                match value:
                    case str() if value:
                        page.write_string(number, column, value)
                    case int():
                        page.write_number(number, column, value)
                    case datetime():
                        page.write_datetime(number, column, value, instant)
        self._next += len(rows)

    def close(self) -> None:
        """Finishes the file."""
        self._page.autofilter(0, 0, max(self._next - 1, 1), self._columns - 1)
        self._book.close()
