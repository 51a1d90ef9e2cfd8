"""Leads as a file, piece by piece and in constant memory."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sdr_common import audit
from sdr_common.postgres import Pool, transaction
from sdr_reporting.domain.export import (
    WORDINGS,
    XLSX_ROWS_AT_MOST,
    ExportWanted,
    FileFormat,
    Wording,
    check_row_count,
    file_name,
)
from sdr_reporting.domain.listing import check_filter
from sdr_reporting.ports import Accounts, Files, Sheet

_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By it Excel knows that a CSV is in UTF-8."""
_CHUNK: Final = 256 * 1024
_AT_ONCE: Final = 3
"""Files that one process makes at a time: each holds a connection as long as its reader takes."""
_TYPES: Final = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a file."""

    data: bytes
    file_name: str = ""
    """Only the first piece has it."""
    media_type: str = ""
    """Only the first piece has it."""


class ExportWork:
    """Makes files of leads.

    Args:
        pool: The service's pool.
        files: Reads the leads.
        accounts: Accounts' zones.
        make_sheet: Begins a sheet at a path.
        now: The clock, aware.
    """

    def __init__(
        self,
        pool: Pool,
        files: Files,
        accounts: Accounts,
        *,
        make_sheet: Callable[[Path, Wording], Sheet],
        now: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._files = files
        self._accounts = accounts
        self._make_sheet = make_sheet
        self._now = now
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def export(self, wanted: ExportWanted) -> AsyncGenerator[Piece]:
        """The file of a list, all as of one instant; that it was taken away is in the audit trail.

        Raises:
            InvalidField: the filter cannot be, or the leads are too many for a sheet.
        """
        check_filter(wanted.leads)
        zone = await self._accounts.zone(wanted.leads.account_id)
        name = file_name(wanted, self._now().astimezone(ZoneInfo(zone)).date())
        async with transaction(self._pool) as conn:
            # Of its own, before the first byte: who breaks a download off has read what came until then.
            detail = {"format": wanted.file_format.value}
            await audit.note(conn, "export_leads", wanted.leads.account_id, detail=detail)
        make = self._csv if wanted.file_format is FileFormat.CSV else self._xlsx
        async with self._turns, aclosing(make(wanted, zone)) as pieces:
            media_type = _TYPES[wanted.file_format]
            async for data in pieces:
                yield Piece(data, name, media_type)
                name = media_type = ""

    async def _csv(self, wanted: ExportWanted, zone: str) -> AsyncGenerator[bytes]:
        wording = WORDINGS[wanted.language]
        yield (_BOM + wording.delimiter.join(wording.headings) + "\n").encode()
        async with transaction(self._pool) as conn, aclosing(self._files.csv(conn, wanted, zone)) as pieces:
            async for data in pieces:
                yield data

    async def _xlsx(self, wanted: ExportWanted, zone: str) -> AsyncGenerator[bytes]:
        with tempfile.TemporaryDirectory(prefix="sdr-export-") as folder:
            path = Path(folder) / "leads.xlsx"
            sheet = await asyncio.to_thread(self._make_sheet, path, WORDINGS[wanted.language])
            async with transaction(self._pool) as conn:
                check_row_count(await self._files.count(conn, wanted, XLSX_ROWS_AT_MOST + 1))
                async with aclosing(self._files.rows(conn, wanted, zone)) as batches:
                    async for rows in batches:
                        await asyncio.to_thread(sheet.add, rows)
            await asyncio.to_thread(sheet.close)
            with path.open("rb") as file:
                while data := await asyncio.to_thread(file.read, _CHUNK):
                    yield data
