"""Web pages for the knowledge: only where the house's guard lets us connect, with limits of size and time."""

from __future__ import annotations

from sdr_common.address_guard import AddressGuard, DownloadFailed
from sdr_common.errors import InvalidField
from sdr_dialogue.domain.errors import UnreadableDocument

PAGE_LIMIT = 10 * 1024 * 1024
"""Bytes of a page."""


class PageFetcher:
    """Fetches one page.

    Args:
        guard: Decides where we may connect.
        within_s: Seconds for everything, redirects included.
    """

    def __init__(self, guard: AddressGuard, within_s: float) -> None:
        self._guard = guard
        self._within_s = within_s

    async def fetch(self, url: str) -> tuple[bytes, str]:
        """The page's bytes, and whether they are a pdf or html; plain text reads as html does.

        Raises:
            UnreadableDocument: the address may not be reached, does not answer in time, or answers with too much.
        """
        try:
            data = await self._guard.download(url, limit_bytes=PAGE_LIMIT, timeout_s=self._within_s)
        except InvalidField as error:
            raise UnreadableDocument("url", error.problem) from error
        except DownloadFailed as error:
            raise UnreadableDocument("url", error.message) from error
        return data, "pdf" if data.startswith(b"%PDF-") else "html"
