"""Turns recordings of a burst into text before anything else is done with it. Transactions begin and end here."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from sdr_common.postgres import Pool, connection, transaction
from sdr_dialogue.domain.costs import Budget, Spending
from sdr_dialogue.domain.errors import EngineUnavailable
from sdr_dialogue.domain.hearing_audio import Place, recordings_of, with_heard
from sdr_dialogue.domain.turn import Burst
from sdr_dialogue.ledger import Ledger
from sdr_dialogue.ports import Transcriber, Transcripts

_AT_ONCE = 5
"""Recordings of one burst that are listened to; the rest is asked for in writing."""
_LOG = structlog.get_logger()


class Ears:
    """Hears recordings, each once: what was heard is kept by message, so that a redo of a turn does not pay twice.

    Args:
        pool: The service's pool.
        transcriber: None: nothing is heard, and audio is asked for in writing.
        transcripts: Where it is kept.
        ledger: What it costs.
    """

    def __init__(self, pool: Pool, transcriber: Transcriber | None, transcripts: Transcripts, ledger: Ledger) -> None:
        self._pool = pool
        self._transcriber = transcriber
        self._transcripts = transcripts
        self._ledger = ledger

    async def heard(self, burst: Burst, budget: Budget) -> Burst:
        """The burst with its recordings as text, as far as they can be heard in time."""
        wanted = dict(list(recordings_of(burst.messages).items())[:_AT_ONCE])
        if not wanted:
            return burst
        async with connection(self._pool) as conn:
            known = await self._transcripts.find(conn, burst.conversation.account_id, list(wanted))
        missing = {place: url for place, url in wanted.items() if place not in known}
        if missing and self._transcriber is not None:
            found = await asyncio.gather(*(self._listen(burst, place, url, budget) for place, url in missing.items()))
            known |= dict(zip(missing, found, strict=True))
        return replace(burst, messages=with_heard(burst.messages, known))

    async def _listen(self, burst: Burst, place: Place, url: str, budget: Budget) -> str:
        if self._transcriber is None:
            return ""
        try:
            heard = await self._transcriber.listen(url)
        except EngineUnavailable as error:
            _LOG.warning("audio_not_heard", engine=error.engine, problem=error.problem)
            return ""
        if heard.problem:
            _LOG.warning("audio_not_heard", problem=heard.problem)
        paid = Spending(burst.conversation, burst.turn_id, "transcription", heard.engine, "", heard.usage)
        async with transaction(self._pool) as conn:
            if await self._transcripts.keep(conn, burst.conversation, place, heard):
                await self._ledger.pay(conn, paid, budget)
        return heard.text
