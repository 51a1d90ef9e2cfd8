"""Posts to addresses that people give: each is guarded, no redirect is followed, and answers are not read."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import aiohttp

from sdr_common.address_guard import AddressGuard
from sdr_common.errors import InvalidField
from sdr_reporting.outputs.domain.sending import Undelivered

_REPEATABLE = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpPoster:
    """`ports.Poster`.

    Args:
        guard: Says whom we may connect to.
        slack_url: What addresses of Slack's incoming webhooks begin with.
        timeout_s: For one post, all in all.
        now: Seconds since 1970, for the signature.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        slack_url: str,
        timeout_s: float = 15.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._guard = guard
        self._slack_url = slack_url
        self._timeout_s = timeout_s
        self._now = now

    async def slack(self, url: str, text: str) -> None:
        """See `ports.Poster`."""
        if not url.startswith(self._slack_url):
            raise Undelivered("not_slack")
        body = json.dumps({"text": text}, ensure_ascii=False).encode()
        # Slack knows no repeats: what may have arrived is not sent again.
        await self._post(url, body, {}, repeatable=False)

    async def signed(self, url: str, secret: str, delivery_id: str, body: bytes) -> None:
        """See `ports.Poster`."""
        stamp = str(int(self._now()))
        digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-SDR-Delivery": delivery_id, "X-SDR-Timestamp": stamp, "X-SDR-Signature": f"sha256={digest}"}
        await self._post(url, body, headers, repeatable=True)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str], *, repeatable: bool) -> None:
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        try:
            await self._guard.check("url", url)
            async with (
                aiohttp.ClientSession(connector=self._guard.connector(), timeout=timeout, trust_env=False) as session,
                session.post(
                    url,
                    data=body,
                    headers={"Content-Type": "application/json", "User-Agent": "chatwoot-sdr", **headers},
                    allow_redirects=False,
                ) as response,
            ):
                _check(response)
        except InvalidField as error:
            raise Undelivered("address_refused") from error
        except aiohttp.ClientConnectorError as error:
            raise Undelivered("unreachable", again=True) from error
        except TimeoutError as error:
            raise Undelivered("timeout", again=repeatable, uncertain=not repeatable) from error
        except aiohttp.ClientError as error:
            raise Undelivered("interrupted", again=repeatable, uncertain=not repeatable) from error


def _check(response: aiohttp.ClientResponse) -> None:
    """Raises what an answer other than 2xx means; an answer says that it was not taken, so it may be repeated."""
    if 200 <= response.status < 300:
        return
    raise Undelivered(f"http_{response.status}", again=response.status in _REPEATABLE, pause=pause_of(response.headers))


def pause_of(headers: Mapping[str, str]) -> timedelta | None:
    """What `Retry-After` asks for in seconds; None: nothing, or a date."""
    text = headers.get("Retry-After", "")
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else None
