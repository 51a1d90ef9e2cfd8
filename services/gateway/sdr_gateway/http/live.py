"""`GET /api/v1/accounts/{account_id}/stream`: changes as server-sent events, for as long as its session lasts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from sdr_common.errors import StoreUnavailable
from sdr_gateway.http.problem import Refusal, problem
from sdr_gateway.http.session import Sessions
from sdr_gateway.live.hub import LiveHub, Told

_RECONNECT_MS: Final = 2000
_POLL_S: Final = 15
"""How often a panel asks by itself while changes are not heard."""
_PING_S: Final = 15.0
_CHECK_S: Final = 5.0
"""How often it is asked whether the session still lasts."""
_LISTENERS: Final = 2000
"""Streams that one process keeps open."""
_ID: Final = r"^[0-9]{1,20}-[0-9]{1,20}$"
_HEADERS: Final = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}

StillThere = Callable[[], Awaitable[bool]]


def live_routes(hub: LiveHub, sessions: Sessions, is_closing: Callable[[], bool]) -> APIRouter:
    """The stream's route.

    Args:
        hub: Where changes come from.
        sessions: Who may listen.
        is_closing: Whether the process is about to end; streams end with it.
    """
    router = APIRouter(prefix="/api/v1", tags=["live"])

    @router.get(
        "/accounts/{account_id}/stream",
        summary="Changes as they happen",
        response_class=StreamingResponse,
        responses={
            200: {"description": _DESCRIPTION, "content": {"text/event-stream": {"schema": {"type": "string"}}}}
        },
    )
    async def stream(
        request: Request,
        account_id: Annotated[int, Path(gt=0, lt=2**63)],
        last_event_id: Annotated[str, Header(description="The last id that was heard; what came since is told.")] = "",
        after: Annotated[str, Query(description="The same, for clients that cannot set headers.")] = "",
    ) -> Response:
        who = await sessions.identify(request)
        if who.account_id != account_id:
            raise Refusal(404, "there is no such account, or you do not belong to it")
        if hub.listeners >= _LISTENERS:
            return problem(503, f"more than {_LISTENERS} streams are open here", retry_after_s=10)
        heard = last_event_id or after

        async def still_there() -> bool:
            return await sessions.lasts(request)

        events = _events(hub, account_id, heard, still_there, is_closing)
        return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)

    return router


async def _events(
    hub: LiveHub, account_id: int, after: str, still_there: StillThere, is_closing: Callable[[], bool]
) -> AsyncIterator[str]:
    yield f"retry: {_RECONNECT_MS}\n\n"
    async with hub.listen(account_id, after) as listener:
        pinged = checked = time.monotonic()
        while not is_closing():
            told = await listener.next(1.0)
            if told is not None:
                yield _frame(told)
            now = time.monotonic()
            if now - checked >= _CHECK_S:
                checked = now
                if not await _lasts(still_there):
                    yield "event: signed_out\ndata: {}\n\n"
                    return
            if now - pinged >= _PING_S:
                pinged = now
                yield ": ping\n\n"


async def _lasts(still_there: StillThere) -> bool:
    try:
        return await still_there()
    except StoreUnavailable:
        return True  # nobody is signed out because the database is away; asked again soon


def _frame(told: Told) -> str:
    head = f"id: {told.event_id}\n" if told.event_id else ""
    body = f'{{"poll_s":{_POLL_S}}}' if told.kind == "degraded" else told.body
    return f"{head}event: {told.kind}\ndata: {body}\n\n"


_DESCRIPTION: Final = """Server-sent events.

`live` and `degraded` say whether changes are heard; while degraded, ask every `poll_s` seconds. `resync`: something may
have been missed, ask for everything anew. `signed_out`: the session ended, and so does the stream. Every other event is
a change, named by its kind: turn_finished, facts_learned, lead_qualified, lead_escalated, lead_status_changed,
delivery_settled, budget_reached, settings_changed. Its data has `kind`, ids as text, and words such as `temperature`,
`score`, `outcome`. After a break the browser sends Last-Event-ID and gets what it missed."""
