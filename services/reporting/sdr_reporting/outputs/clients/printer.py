"""Pages as PDF, by typst (https://typst.app): set by its library in this process, with the fonts that it brings."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from importlib import resources

from sdr_reporting.outputs.domain.page import Page


class TypstPrinter:
    """`ports.Printer`; typst is loaded at the first page, because most processes never print one."""

    def __init__(self) -> None:
        # The library holds its interpreter for itself: one page at a time is as quick as two.
        self._one_at_a_time = asyncio.Lock()

    async def print(self, page: Page) -> bytes:
        """See `ports.Printer`."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(_compiled, json.dumps(page, ensure_ascii=False))


def _compiled(data: str) -> bytes:
    import typst  # noqa: PLC0415  (84 MB: only a process that prints pays for it)

    pdf = typst.compile(_template(), sys_inputs={"data": data}, font_paths=[], ignore_system_fonts=True)
    if not isinstance(pdf, bytes):
        raise TypeError("one document gives one PDF")
    return pdf


@cache
def _template() -> bytes:
    return resources.files("sdr_reporting.outputs.clients").joinpath("report.typ").read_bytes()
