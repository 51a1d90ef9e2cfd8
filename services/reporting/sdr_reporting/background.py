"""Work beside the calls that looks again and again for something to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from sdr_common.errors import DomainError
from sdr_common.postgres import Pool
from sdr_common.service import Work, pause, schema_problem

_OUTAGE_PAUSE_S: Final = 5.0
_LOG = structlog.get_logger()


def again_and_again(
    pool: Pool, step: Callable[[], Awaitable[int]], poll_s: float, event: str, *, first_after_s: float = 0.0
) -> Work:
    """Work that goes on as long as there is some, and then looks again; an outage of the database delays it.

    Args:
        pool: The service's pool; nothing is done before its schema is there.
        step: Does a piece and says how much it was; 0: there is nothing more now.
        poll_s: Pause before the next look.
        event: Logged when a piece had to be left.
        first_after_s: Pause before the first look: a start has more urgent things to do.
    """

    async def work(stop: asyncio.Event) -> None:
        while not stop.is_set() and await schema_problem(pool, "sdr_reporting"):
            await pause(stop, min(poll_s, _OUTAGE_PAUSE_S))
        await pause(stop, first_after_s)
        while not stop.is_set():
            try:
                rest_s = 0.0 if await step() else poll_s
            except DomainError as error:
                _LOG.warning(event, reason=error.reason)
                rest_s = _OUTAGE_PAUSE_S
            await pause(stop, rest_s)

    return work
