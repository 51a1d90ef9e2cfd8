"""Tries a key: one word of a model, over the provider's own API, only where the house's guard lets us connect."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sdr_common.address_guard import AddressForbidden, AddressGuard
from sdr_common.errors import InvalidField
from sdr_dialogue.domain.model_keys import KeyChoice, Trial, Tried, outcome_of
from sdr_dialogue.domain.models import Provider

_WORDS = 16
"""Tokens of the answer at most: less than some models take."""
_BODY_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class _Call:
    """One request."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]  # JSON of each provider's own shape


class HttpKeyTrier:
    """The port `KeyTrier`.

    Args:
        guard: Says whom we may connect to.
        base_urls: Where each provider is, without a slash at the end.
        models: The installation's model of each, which is asked where the account names none.
        within_s: Seconds for all of it.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        guard: AddressGuard,
        base_urls: Mapping[Provider, str],
        models: Mapping[Provider, str],
        within_s: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._guard = guard
        self._base_urls = base_urls
        self._models = models
        self._within_s = within_s
        self._clock = clock

    async def __call__(self, choice: KeyChoice) -> Tried:
        """See the port."""
        model = choice.model or self._models[choice.provider]
        base_url = (choice.base_url or self._base_urls[choice.provider]).rstrip("/")
        began = self._clock()
        outcome, status = await self._asked(_CALLS[choice.provider](base_url, choice.api_key, model), choice.base_url)
        return Tried(outcome, model, status, round((self._clock() - began) * 1000))

    async def _asked(self, call: _Call, foreign: str) -> tuple[Trial, int]:
        import aiohttp  # noqa: PLC0415  (a process that tries no key need not load it)

        timeout = aiohttp.ClientTimeout(total=self._within_s)
        try:
            if foreign:
                await self._guard.check("base_url", foreign)
            # Where providers are is known; an account's address is guarded to the last connection.
            connector = self._guard.connector() if foreign else aiohttp.TCPConnector()
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=not foreign) as session,
                session.post(
                    call.url, data=json.dumps(call.body).encode(), headers=call.headers, allow_redirects=False
                ) as response,
            ):
                body = (await response.content.read(_BODY_BYTES)).decode(errors="replace")
                return outcome_of(response.status, body), response.status
        except AddressForbidden:
            return Trial.ADDRESS_FORBIDDEN, 0
        except (InvalidField, aiohttp.ClientError, OSError, TimeoutError):
            return Trial.UNREACHABLE, 0


def _openai(base_url: str, api_key: str, model: str) -> _Call:
    body = {"model": model, "messages": [{"role": "user", "content": "ok"}], "max_completion_tokens": _WORDS}
    return _Call(f"{base_url}/chat/completions", _headers(Authorization=f"Bearer {api_key or 'none'}"), body)


def _anthropic(base_url: str, api_key: str, model: str) -> _Call:
    body = {"model": model, "messages": [{"role": "user", "content": "ok"}], "max_tokens": _WORDS}
    headers = _headers(**{"x-api-key": api_key, "anthropic-version": "2023-06-01"})
    return _Call(f"{base_url}/v1/messages", headers, body)


def _google(base_url: str, api_key: str, model: str) -> _Call:
    body = {
        "contents": [{"role": "user", "parts": [{"text": "ok"}]}],
        "generationConfig": {"maxOutputTokens": _WORDS},
    }
    return _Call(f"{base_url}/v1beta/models/{model}:generateContent", _headers(**{"x-goog-api-key": api_key}), body)


def _headers(**own: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "User-Agent": "chatwoot-sdr", **own}


_CALLS: Mapping[Provider, Callable[[str, str, str], _Call]] = {
    Provider.OPENAI: _openai,
    Provider.ANTHROPIC: _anthropic,
    Provider.GOOGLE: _google,
}
