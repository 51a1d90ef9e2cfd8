"""The probes: is the process there, and may it get traffic."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel

Check = Callable[[], Awaitable[str]]
"""Gives an empty string when all is well, else what is wrong; must not raise."""


class Health(BaseModel):
    """Whether the process runs."""

    status: str
    """Always "ok"."""


class Readiness(BaseModel):
    """Whether the process may get traffic, with what was looked at."""

    status: str
    """ok or unavailable."""
    checks: dict[str, str]
    """Per thing looked at: ok, or what is wrong."""


def health_routes(checks: Mapping[str, Check], timeout_s: float = 2.0, *, has_panel: bool = False) -> APIRouter:
    """Routes of the probes.

    Args:
        checks: What readiness depends on, by name.
        timeout_s: How long each may take.
        has_panel: Whether this process serves the panel: browsers at the bare address are led there.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process runs")
    async def healthz() -> Health:
        return Health(status="ok")

    @router.get("/readyz", summary="The process may get traffic", responses={503: {"model": Readiness}})
    async def readyz() -> Response:
        results = await asyncio.gather(*(_run(check, timeout_s) for check in checks.values()))
        found = dict(zip(checks, results, strict=True))
        ready = all(problem == "ok" for problem in found.values())
        readiness = Readiness(status="ok" if ready else "unavailable", checks=found)
        return JSONResponse(readiness.model_dump(), 200 if ready else 503)

    @router.get("/", summary="What this is", response_model=None)
    async def index(request: Request) -> dict[str, str] | RedirectResponse:
        # A person who types the address wants the panel; programs want to know what this is.
        if has_panel and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/panel/", 307, {"Vary": "Accept"})
        return {"service": "sdr-gateway", "health": "/healthz", "readiness": "/readyz", "openapi": "/openapi.json"}

    return router


async def _run(check: Check, timeout_s: float) -> str:
    try:
        return await asyncio.wait_for(check(), timeout_s) or "ok"
    except TimeoutError:
        return f"no answer within {timeout_s:g} s"
