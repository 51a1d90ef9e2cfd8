"""`GET /status`: how the product is, for monitors outside."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from sdr_gateway.operations.status import StatusBoard


def status_routes(board: StatusBoard) -> APIRouter:
    """The route; anybody may ask, and it costs nothing to ask often.

    Args:
        board: Knows how it is.
    """
    router = APIRouter()

    # Not part of the API that the panel's client is made from.
    @router.get("/status", include_in_schema=False)
    async def status() -> JSONResponse:
        found = await board.look()
        checks = {name: {"ok": each.ok, "detail": each.detail} for name, each in found.findings.items()}
        body = {"status": found.word, "checks": checks}
        return JSONResponse(body, 503 if found.word == "down" else 200, headers={"Cache-Control": "no-store"})

    return router
