"""What only the emulator has: faults on request, counters, export, reset and the pages' live stream."""

import msgspec
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sdr_sandbox.chatwoot.backdating import backdate
from sdr_sandbox.chatwoot.errors import ApiError, NotFoundError, UnauthorizedError
from sdr_sandbox.chatwoot.http.request_params import read_params
from sdr_sandbox.chatwoot.http.server_state import ServerState
from sdr_sandbox.chatwoot.json_types import JsonValue
from sdr_sandbox.chatwoot.misbehaviour import Misbehaviour
from sdr_sandbox.chatwoot.records import User


def _json(body: JsonValue, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _refusal(error: ApiError) -> Response:
    return _json(error.body, error.status)


class SandboxApi:
    """The `/sandbox` endpoints; all but a lead's own stream need the administrator's token."""

    def __init__(self, server: ServerState) -> None:
        self._server = server

    def routes(self) -> list[Route]:
        """The endpoints as Starlette routes."""
        return [
            Route("/sandbox/misbehaviour", self.misbehaviour, methods=["GET", "PUT", "DELETE"]),
            Route("/sandbox/counters", self.counters, methods=["GET"]),
            Route("/sandbox/export", self.export, methods=["GET"]),
            Route("/sandbox/backdate", self.backdate, methods=["POST"]),
            Route("/sandbox/reset", self.reset, methods=["POST"]),
            Route("/sandbox/stream", self.stream, methods=["GET"]),
        ]

    def _require_person(self, request: Request, *, administrator: bool = True) -> None:
        caller = self._server.caller({name.lower(): value for name, value in request.headers.items()})
        if not isinstance(caller, User) or (administrator and caller.role != "administrator"):
            raise UnauthorizedError

    async def misbehaviour(self, request: Request) -> Response:
        """GET shows the faults in force, PUT replaces them, DELETE ends them."""
        try:
            self._require_person(request)
            if request.method == "DELETE":
                self._server.faults.set(Misbehaviour())
            elif request.method == "PUT":
                data, _ = await read_params(request)
                self._server.faults.set(Misbehaviour.model_validate(data))
        except ApiError as error:
            return _refusal(error)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in error.errors()]
            return _json({"errors": faults}, 422)
        return _json(self._server.faults.misbehaviour.model_dump())

    async def counters(self, request: Request) -> Response:
        """How many webhooks and requests there were, by outcome."""
        try:
            self._require_person(request)
        except ApiError as error:
            return _refusal(error)
        return _json(
            {
                **self._server.counters.as_json(),
                "webhooks_under_way": self._server.deliveries.under_way_count,
                "bot_handoffs_count": self._server.core.state.bot_handoffs_count,
            }
        )

    async def export(self, request: Request) -> Response:
        """Rows, conversations with their messages, events, deliveries, looks and creations; `?only=a,b` narrows it."""
        try:
            self._require_person(request)
        except ApiError as error:
            return _refusal(error)
        only = frozenset(name for name in request.query_params.get("only", "").split(",") if name)
        body = self._server.core.export(only)
        if not only or "deliveries" in only:
            body["deliveries"] = list(self._server.deliveries.log)
        witness = self._server.witness
        for name, rows in (("looks", witness.looks), ("creations", witness.creations)):
            if not only or name in only:
                body[name] = list(rows)
        return _json(body)

    async def backdate(self, request: Request) -> Response:
        """`{"from_message_id", "span_s", "ended_s_ago"}`: this and later messages came evenly over so long a while."""
        try:
            self._require_person(request)
            params, _ = await read_params(request)
            first, span_s = int(str(params["from_message_id"])), float(str(params["span_s"]))
            backdate(self._server.core, first, span_s, float(str(params.get("ended_s_ago", 0))))
        except ApiError as error:
            return _refusal(error)
        except (KeyError, ValueError) as error:
            return _json({"errors": [f"{type(error).__name__}: {error}"]}, 422)
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """A new account; token and inbox identifier stay."""
        try:
            self._require_person(request)
        except ApiError as error:
            return _refusal(error)
        await self._server.reset()
        return Response(status_code=204)

    async def stream(self, request: Request) -> Response:
        """Live events: with a person's token everything, with `inbox_identifier` and `source_id` a lead's own."""
        hub, core = self._server.streams, self._server.core
        try:
            if "source_id" in request.query_params:
                inbox = core.channels.inbox_by_identifier(request.query_params.get("inbox_identifier", ""))
                row = core.contacts.find_contact_inbox(inbox, request.query_params["source_id"])
                view = hub.for_lead(row.id)
            else:
                self._require_person(request, administrator=False)
                view = hub.for_closer
        except (NotFoundError, ApiError) as error:
            return _refusal(error)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(hub.read(view), media_type="text/event-stream", headers=headers)
