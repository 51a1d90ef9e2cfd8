"""Whether a WhatsApp session of WAHA works.

Source: https://waha.devlike.pro/docs/how-to/sessions/: `GET /api/sessions/{name}`, WORKING is the one good status.
"""

from __future__ import annotations

import aiohttp

from sdr_common.address_guard import AddressGuard
from sdr_common.errors import InvalidField


class WahaProbe:
    """`alert_ports.SessionProbe`.

    Args:
        guard: Says whom we may connect to.
        timeout_s: Longest wait for an answer.
    """

    def __init__(self, guard: AddressGuard, *, timeout_s: float = 5.0) -> None:
        self._guard = guard
        self._timeout_s = timeout_s

    async def works(self, url: str, session: str, key: str) -> bool:
        """See `alert_ports.SessionProbe`; one that cannot be asked does not work."""
        address = f"{url}/api/sessions/{session}"
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        try:
            await self._guard.check("waha_url", address)
            async with (
                aiohttp.ClientSession(connector=self._guard.connector(), timeout=timeout, trust_env=False) as client,
                client.get(address, headers={"X-Api-Key": key} if key else {}, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    return False
                found = await response.json()
        except (aiohttp.ClientError, TimeoutError, InvalidField, ValueError):
            return False
        return isinstance(found, dict) and found.get("status") == "WORKING"
