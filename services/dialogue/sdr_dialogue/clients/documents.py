"""The port `DocumentReader`: files are read by a process of their own, pages fetched under the house's guard."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import PurePath
from typing import Any

from sdr_dialogue.domain.documents import Content, DocumentKind
from sdr_dialogue.domain.errors import UnreadableDocument

_KINDS = {
    ".txt": DocumentKind.TEXT,
    ".md": DocumentKind.MARKDOWN,
    ".markdown": DocumentKind.MARKDOWN,
    ".pdf": DocumentKind.PDF,
    ".docx": DocumentKind.DOCX,
}

Fetch = Callable[[str], Awaitable[tuple[bytes, str]]]
"""Gives a page's bytes and what they are, pdf or html; raises `UnreadableDocument`."""


class GuardedReader:
    """Reads files and pages under limits.

    Args:
        fetch: Gets a page.
        within_s: Seconds that one file may take.
    """

    def __init__(self, fetch: Fetch, within_s: float = 30.0) -> None:
        self._fetch = fetch
        self._within_s = within_s
        # One at a time: a parser may take a whole core and much memory.
        self._one = asyncio.Semaphore(1)

    async def read_file(self, name: str, data: bytes, title: str) -> Content:
        """See the port."""
        kind = _KINDS.get(PurePath(name).suffix.lower())
        if kind is None:
            raise UnreadableDocument(
                "file.name", f"{name!r} ends in none of {', '.join(_KINDS)}", value=name, limit=", ".join(_KINDS)
            )
        own_title, text = await self._extract(kind.value, data, "file.data")
        return Content(kind, title or own_title or PurePath(name).stem, text, name)

    async def read_page(self, url: str, title: str) -> Content:
        """See the port."""
        data, kind = await self._fetch(url)
        own_title, text = await self._extract(kind, data, "url")
        return Content(DocumentKind.URL, title or own_title or url, text, url)

    async def _extract(self, kind: str, data: bytes, field: str) -> tuple[str, str]:
        async with self._one:
            answer = await self._run(kind, data, field)
        if "problem" in answer:
            raise UnreadableDocument(field, f"the document {answer['problem']}", limit=answer["limit"])
        return answer["title"], answer["text"]

    async def _run(self, kind: str, data: bytes, field: str) -> dict[str, Any]:
        """The answer of the reading process: title and text, or problem and limit."""
        # Not by the event loop: it would fork, and gRPC's handlers of a fork break the child before it becomes another
        # program. `subprocess` starts it without running them.
        command = (sys.executable, "-m", "sdr_dialogue.clients.extraction", kind)
        start = partial(subprocess.run, command, input=data, capture_output=True, timeout=self._within_s, check=False)
        try:
            process = await asyncio.to_thread(start)
        except subprocess.TimeoutExpired:
            raise UnreadableDocument(
                field, f"reading took longer than {self._within_s} seconds", limit=self._within_s
            ) from None
        if process.returncode:
            raise UnreadableDocument(field, f"its parser broke off (status {process.returncode})")
        written = process.stdout
        answer: dict[str, Any] = json.loads(written)
        return answer
