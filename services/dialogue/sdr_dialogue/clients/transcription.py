"""Audio to text by OpenAI's `/audio/transcriptions`, or any server that speaks it (whisper.cpp, faster-whisper)."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from opentelemetry.trace import SpanKind, StatusCode, Tracer

from sdr_common.address_guard import AddressGuard, DownloadFailed
from sdr_common.errors import InvalidField
from sdr_common.telemetry import TRACER
from sdr_dialogue.domain.conversation import Usage
from sdr_dialogue.domain.errors import EngineUnavailable
from sdr_dialogue.domain.hearing_audio import Heard

if TYPE_CHECKING:  # weighs much: loaded by the first call
    from openai import AsyncOpenAI

_OPENAI_URL = "https://api.openai.com/v1"
_TEXT_LIMIT = 20_000
"""Characters of a transcript that are kept."""
_MICRO_USD_PER_SECOND = 100
"""What a second costs where a server counts time and no tokens. Source: OpenAI's list price of whisper-1, $0.006 a
minute."""
_HINT = "Mensagem de voz no WhatsApp para uma clínica de estética no Brasil."
_KINDS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("ogg", re.compile(rb"^OggS")),
    ("mp3", re.compile(rb"^(?:ID3|\xff[\xe2-\xfb])")),
    ("m4a", re.compile(rb"^.{4}ftyp", re.DOTALL)),
    ("wav", re.compile(rb"^RIFF.{4}WAVE", re.DOTALL)),
    ("webm", re.compile(rb"^\x1a\x45\xdf\xa3")),
    ("flac", re.compile(rb"^fLaC")),
)
"""What the API takes, by the first bytes: neither a name nor a header of a stranger is believed."""


class OpenAiTranscriber:
    """The port `Transcriber`: fetches through the guard, checks the kind, asks once.

    Args:
        guard: Decides which addresses may be fetched from.
        api_key: Its key; servers on one's own machine ask for none.
        base_url: Empty: OpenAI's own.
        model: The model.
        deadline_s: Seconds of fetching and hearing together.
        limit_bytes: Longest recording.
        tracer: Makes the spans of calls.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        api_key: str,
        base_url: str,
        model: str,
        deadline_s: float,
        limit_bytes: int,
        tracer: Tracer = TRACER,
    ) -> None:
        self._guard = guard
        self._api_key = api_key or "none"
        self._base_url = base_url or _OPENAI_URL
        self._model = model
        self._deadline_s = deadline_s
        self._limit_bytes = limit_bytes
        self._tracer = tracer
        self._client: AsyncOpenAI | None = None

    @property
    def name(self) -> str:
        """Provider and model."""
        return f"openai:{self._model}"

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()

    async def listen(self, url: str) -> Heard:
        """See the port.

        Raises:
            EngineUnavailable: not this time.
        """
        try:
            async with asyncio.timeout(self._deadline_s):
                data = await self._guard.download(url, limit_bytes=self._limit_bytes, timeout_s=self._deadline_s)
                kind = next((name for name, pattern in _KINDS if pattern.match(data)), "")
                return await self._ask(data, kind) if kind else Heard("", "not a kind of audio that is known")
        except InvalidField:
            return Heard("", "its address is not allowed")
        except DownloadFailed as error:
            problem = error.details["problem"]
            if problem.startswith("more than") or problem in {"status 403", "status 404", "status 410"}:
                return Heard("", f"it cannot be fetched: {problem}")
            raise EngineUnavailable(self.name, f"download: {problem}") from error
        except TimeoutError:
            raise EngineUnavailable(self.name, "deadline") from None

    async def _ask(self, data: bytes, kind: str) -> Heard:
        from openai import APIError, APIStatusError  # noqa: PLC0415  (weighs much)

        model = self._model
        attributes = {
            "gen_ai.operation.name": "transcription",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
        }
        with self._tracer.start_as_current_span(
            f"transcription {model}", kind=SpanKind.CLIENT, attributes=attributes, record_exception=False
        ) as span:
            try:
                answer = await self._ready().audio.transcriptions.create(
                    file=(f"audio.{kind}", data), model=model, response_format="json", prompt=_HINT
                )
            except APIError as error:
                problem = f"status {error.status_code}" if isinstance(error, APIStatusError) else type(error).__name__
                span.set_attribute("error.type", problem)
                span.set_status(StatusCode.ERROR)
                raise EngineUnavailable(self.name, problem) from error
        text = answer.text.replace("\x00", "").strip()[:_TEXT_LIMIT]
        return Heard(text, "" if text else "nothing is said in it", _usage(answer.usage, model), self.name)

    def _ready(self) -> AsyncOpenAI:
        if self._client is None:
            from openai import AsyncOpenAI  # noqa: PLC0415  (weighs much)

            self._client = AsyncOpenAI(api_key=self._api_key, base_url=self._base_url, max_retries=0)
        return self._client


def _usage(counted: object, model: str) -> Usage:
    """Tokens where the server counts them, else time."""
    from genai_prices import Usage as Tokens  # noqa: PLC0415  (its tables are loaded where a price is due)
    from genai_prices import calc_price  # noqa: PLC0415

    seconds = getattr(counted, "seconds", None)
    if seconds is not None:
        return Usage(cost_micro_usd=round(float(seconds) * _MICRO_USD_PER_SECOND))
    read, written = getattr(counted, "input_tokens", 0) or 0, getattr(counted, "output_tokens", 0) or 0
    try:
        price = calc_price(Tokens(input_tokens=read, output_tokens=written), model, provider_id="openai").total_price
    except LookupError:
        return Usage(read, written)
    return Usage(read, written, round(price * 1_000_000))
