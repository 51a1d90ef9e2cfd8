"""Google Sheets, API v4, as a service account: a signed JWT buys a token, and the token writes cells.

Source: https://developers.google.com/identity/protocols/oauth2/service-account (HTTP/REST) and
https://developers.google.com/sheets/api/reference/rest/v4/spreadsheets.values. Cells are written `RAW`: what a lead
wrote stays text, whatever it begins with.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from sdr_common.errors import InvalidField
from sdr_reporting.outputs.clients.web import pause_of
from sdr_reporting.outputs.domain.schedule import Sheets
from sdr_reporting.outputs.domain.sending import Undelivered

GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"
GOOGLE_SHEETS = "https://sheets.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/spreadsheets"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME_S = 3600


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account's key."""

    email: str
    key_id: str
    private_key: str
    """PEM."""


def service_account(text: str, field: str) -> ServiceAccount:
    """A key as Google's console gives it; where it says to get tokens is left aside: that is Google's own address.

    Raises:
        InvalidField: it is none; the text is not in the error.
    """
    try:
        document = json.loads(text)
        found = ServiceAccount(*(str(document[name]) for name in ("client_email", "private_key_id", "private_key")))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidField(field, "is no service account's key as Google gives it (JSON)") from None
    try:
        _assertion(found, GOOGLE_TOKENS, 0)
    except _NotAKey:
        raise InvalidField(field, "its private_key is no RSA key in PEM form") from None
    return found


class GoogleSheets:
    """`ports.Spreadsheets`.

    Args:
        token_url: Where tokens are bought.
        api_url: Where cells are written.
        timeout_s: For one push, all in all.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        *,
        token_url: str = GOOGLE_TOKENS,
        api_url: str = GOOGLE_SHEETS,
        timeout_s: float = 60.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._token_url = token_url
        self._api_url = api_url
        self._timeout_s = timeout_s
        self._now = now

    async def push(self, target: Sheets, key: str, table: Sequence[Sequence[str]]) -> None:
        """See `ports.Spreadsheets`."""
        try:
            account = service_account(key, "service_account_json")
        except InvalidField as error:
            raise Undelivered("google_key_unreadable") from error
        try:
            async with asyncio.timeout(self._timeout_s), aiohttp.ClientSession(trust_env=False) as session:
                token = await self._token(session, account)
                sheet = _Sheet(session, self._api_url, token, target)
                await (sheet.append(table) if target.append else sheet.replace(table))
        except aiohttp.ClientConnectorError as error:
            raise Undelivered("unreachable", again=True) from error
        except TimeoutError as error:
            raise Undelivered("timeout", again=not target.append, uncertain=target.append) from error
        except aiohttp.ClientError as error:
            raise Undelivered("interrupted", again=not target.append, uncertain=target.append) from error

    async def _token(self, session: aiohttp.ClientSession, account: ServiceAccount) -> str:
        form = {"grant_type": _GRANT, "assertion": _assertion(account, self._token_url, int(self._now()))}
        async with session.post(self._token_url, data=form, allow_redirects=False) as response:
            if response.status in {400, 401}:  # invalid_grant: the key was revoked, or our clock is wrong
                raise Undelivered("google_key_refused")
            await _check(response)
            try:
                return str((await response.json())["access_token"])
            except (ValueError, KeyError, TypeError) as error:
                raise Undelivered("google_answer", again=True) from error


class _Sheet:
    """One sheet of one spreadsheet, with a token."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str, token: str, target: Sheets) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"}
        # A quote in a sheet's name is doubled in A1 notation.
        self._name = "'" + target.sheet.replace("'", "''") + "'"
        self._values = f"{api_url}/v4/spreadsheets/{target.spreadsheet_id}/values"

    async def replace(self, table: Sequence[Sequence[str]]) -> None:
        """Empties the sheet and writes the table: a repeat leads to the same."""
        await self._call("POST", f"{self._values}/{_path(self._name)}:clear", {})
        where = _path(f"{self._name}!A1")
        body = {"majorDimension": "ROWS", "values": table}
        await self._call("PUT", f"{self._values}/{where}?valueInputOption=RAW", body)

    async def append(self, table: Sequence[Sequence[str]]) -> None:
        """Writes the table below what is there; a sheet that has a first line has its head."""
        first = await self._call("GET", f"{self._values}/{_path(f'{self._name}!1:1')}", None)
        rows = table if not first.get("values") else table[1:]
        if rows:
            where = f"{_path(f'{self._name}!A1')}:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS"
            await self._call("POST", f"{self._values}/{where}", {"majorDimension": "ROWS", "values": rows})

    async def _call(self, verb: str, url: str, body: Mapping[str, object] | None) -> dict[str, Any]:
        """One call; an answer is JSON of Google's."""
        from yarl import URL  # noqa: PLC0415  (aiohttp's own; only here is a path quoted by hand)

        async with self._session.request(
            verb, URL(url, encoded=True), json=body, headers=self._headers, allow_redirects=False
        ) as response:
            await _check(response)
            found: dict[str, Any] = await response.json()
            return found


async def _check(response: aiohttp.ClientResponse) -> None:
    """Raises what an answer other than 2xx means."""
    status = response.status
    if 200 <= status < 300:
        return
    words = {401: "google_key_refused", 403: "sheet_denied", 404: "sheet_not_found", 400: "sheet_refused"}
    if status == 403 and await _is_over_quota(response):
        raise Undelivered("google_quota", again=True, pause=pause_of(response.headers))
    raise Undelivered(
        words.get(status, f"http_{status}"), again=status == 429 or status >= 500, pause=pause_of(response.headers)
    )


async def _is_over_quota(response: aiohttp.ClientResponse) -> bool:
    """Whether a 403 is one of the older kind that means 429."""
    text = (await response.content.read(4096)).decode(errors="replace")
    return "rateLimitExceeded" in text or "RATE_LIMIT_EXCEEDED" in text or "userRateLimitExceeded" in text


class _NotAKey(Exception):
    """What should sign cannot."""


def _assertion(account: ServiceAccount, audience: str, now: int) -> str:
    """What a token is bought with: RS256 by the account's key, good for an hour."""
    import jwt  # noqa: PLC0415  (only a process that pushes pays for it)

    claims = {
        "iss": account.email,
        "scope": _SCOPE,
        "aud": audience,
        "iat": now,
        "exp": now + _LIFETIME_S,
    }
    try:
        return jwt.encode(claims, account.private_key, algorithm="RS256", headers={"kid": account.key_id})
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise _NotAKey from error


def _path(text: str) -> str:
    return quote(text, safe="!:")
