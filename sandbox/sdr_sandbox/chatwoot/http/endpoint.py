"""Runs one API route: misbehaviour, rate limit, access, parameters, handler, answer, count."""

import asyncio
import contextlib
import re

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sdr_sandbox.chatwoot.errors import ApiError, InternalServerError, NotFoundError, UnauthorizedError
from sdr_sandbox.chatwoot.http.call import Access, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.http.request_params import read_params
from sdr_sandbox.chatwoot.http.server_state import BOT_REFUSED, ServerState
from sdr_sandbox.chatwoot.index import Actor
from sdr_sandbox.chatwoot.json_types import JsonValue
from sdr_sandbox.chatwoot.misbehaviour import Fault
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import AgentBot, User

_JSON = "application/json; charset=utf-8"
_CONVERTER = re.compile(r":\w+\}")
_DOWN_TEXT = "Service Unavailable\n"


class Endpoint:
    """An API route as Starlette calls it."""

    def __init__(self, route: ApiRoute, server: ServerState) -> None:
        self._route = route
        self._server = server
        self._label = f"{route.method} {_CONVERTER.sub('}', route.path)}"
        self._late_saves: set[asyncio.Task[None]] = set()

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        response = await self._answer(request)
        self._server.counters.requests[self._label][response.status_code] += 1
        return response

    async def _answer(self, request: Request) -> Response:
        requested_at = self._server.core.clock()
        path = request.url.path
        misbehaviour = self._server.faults.misbehaviour
        if misbehaviour.down != "no" and misbehaviour.concerns(path):
            if misbehaviour.down == "reset":
                _cut_connection(request)
            return Response(_DOWN_TEXT, 503, media_type="text/plain")
        latency_s = self._server.faults.latency_s(path)
        if latency_s:
            await asyncio.sleep(latency_s)
        try:
            call = await self._prepare(request, requested_at)
        except ApiError as error:
            return _refusal(error)
        fault = self._fault_for(call, path) if self._route.creates_message else None
        if fault is not None:
            return await self._misbehave(request, call, fault)
        return self._run(call)

    async def _prepare(self, request: Request, requested_at: float) -> Call:
        self._server.check_rate(request.client.host if request.client else "")
        headers = {name.lower(): value for name, value in request.headers.items()}
        actor = self._authorize(headers)
        path = {name: str(value) for name, value in request.path_params.items()}
        if path.get("account_id", "1") != str(self._server.core.state.account.id):
            raise NotFoundError
        data, uploads = await read_params(request)
        return Call(self._server, actor, path, Params(data), uploads, headers, requested_at)

    def _authorize(self, headers: dict[str, str]) -> Actor | None:
        if self._route.access is Access.OPEN:
            return None
        actor = self._server.caller(headers)
        if isinstance(actor, AgentBot) and self._route.access is not Access.USER_OR_BOT:
            raise UnauthorizedError(BOT_REFUSED)
        is_administrator = isinstance(actor, User) and actor.role == "administrator"
        if self._route.access is Access.ADMINISTRATOR and not is_administrator:
            raise UnauthorizedError
        return actor

    def _run(self, call: Call) -> Response:
        try:
            return _render(self._route.handler(call))
        except ApiError as error:
            return _refusal(error)

    def _fault_for(self, call: Call, path: str) -> Fault | None:
        attributes = call.params.mapping("content_attributes")
        name = attributes.get("sdr_key") or call.params.text("content") or ""
        fault = self._server.faults.for_message_create(path, f"{path}|{name}")
        if fault is not None:
            self._server.counters.faults[fault] += 1
        return fault

    async def _misbehave(self, request: Request, call: Call, fault: Fault) -> Response:
        faults = self._server.faults.misbehaviour.message_create
        match fault:
            case "reject_429":
                return Response("Retry later\n", 429, media_type="text/plain")
            case "error_before_save":
                return _refusal(InternalServerError())
            case "error_after_save":
                saved = self._run(call)
                return saved if saved.status_code >= 400 else _refusal(InternalServerError())
            case "timeout":
                self._run(call)
                await _wait_for_disconnect(request, faults.hang_limit_s)
            case "late_save":
                task = asyncio.get_running_loop().create_task(self._save_late(request, call))
                self._late_saves.add(task)
                task.add_done_callback(self._late_saves.discard)
                await asyncio.shield(task)
        return Response("", 504)

    async def _save_late(self, request: Request, call: Call) -> None:
        faults = self._server.faults.misbehaviour.message_create
        await _wait_for_disconnect(request, faults.hang_limit_s)
        await asyncio.sleep(faults.late_save_delay_s)
        self._run(call)


async def _wait_for_disconnect(request: Request, limit_s: float) -> None:
    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(gone(), limit_s)


def _cut_connection(request: Request) -> None:
    """Abort the TCP connection under a request where the server lets us reach it (uvicorn does)."""
    cycle = getattr(request.receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()


def _render(result: JsonValue) -> Response:
    if not isinstance(result, Reply):
        return Response(msgspec.json.encode(result), 200, headers={"content-type": _JSON})
    if result.text is not None:
        return Response(result.text, result.status, result.headers, media_type="text/plain")
    if result.empty:
        return Response(b"", result.status, result.headers)
    headers = {**result.headers, "content-type": _JSON}
    return Response(msgspec.json.encode(result.body), result.status, headers)


def _refusal(error: ApiError) -> Response:
    return _render(Reply(error.body, error.status, error.text))
