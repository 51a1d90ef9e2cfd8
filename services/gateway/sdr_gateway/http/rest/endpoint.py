"""One HTTP request to one call and back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import grpc
import msgspec
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sdr.common.v1 import access_pb2
from sdr_common.actor import metadata_of
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from sdr_gateway.http.body import read_json
from sdr_gateway.http.problem import STATUSES, Refusal, late, problem
from sdr_gateway.http.rest.bindings import Binding, BindingFault, bindings, role_name
from sdr_gateway.http.rest.decoding import FieldFault, new_message, read_body, read_texts
from sdr_gateway.http.rest.encoding import Encoders
from sdr_gateway.http.rest.partial import mask_fields, match_state, state_of
from sdr_gateway.http.rest.streaming import StreamCall
from sdr_gateway.http.who import Who

Identify = Callable[[Request], Awaitable[Who]]
"""Says who makes a request; raises `Refusal` 401 or 403."""
_READERS = (access_pb2.ROLE_AGENT, access_pb2.ROLE_ADMINISTRATOR)
DEADLINE_S = 2.0
"""What a person waits at most for an ordinary call."""


class RestApi:
    """The bound calls of some contracts as routes.

    Args:
        files: The contracts.
        channels: By full service name, where calls go.
        identify: Says who makes a request.

    Raises:
        BindingFault: a binding cannot work; told at start-up.
    """

    def __init__(
        self, files: Sequence[FileDescriptor], channels: Mapping[str, grpc.aio.Channel], identify: Identify
    ) -> None:
        self.bindings = bindings(files)
        """In the order of their routes."""
        self._identify = identify
        self._encoders: dict[int, Encoders] = {role: Encoders(role) for role in _READERS}
        self._calls: dict[str, _Call | StreamCall] = {}
        for binding in self.bindings:
            self._calls[binding.call] = self._call(binding, channels)

    def routes(self) -> list[BaseRoute]:
        """A route per binding."""
        return [Route(each.path, self._endpoint(each), methods=[each.verb]) for each in self.bindings]

    def _call(self, binding: Binding, channels: Mapping[str, grpc.aio.Channel]) -> _Call | StreamCall:
        method = binding.method
        if "account_id" not in binding.variables:
            raise BindingFault(f"{method.full_name}: the path of a binding must hold {{account_id}}")
        service = method.containing_service.full_name
        if service not in channels:
            raise BindingFault(f"{method.full_name}: there is no channel to {service}")
        if method.client_streaming:
            raise BindingFault(f"{method.full_name}: a call that takes a stream cannot be bound")
        if method.server_streaming:
            return StreamCall(method, binding.call, channels[service], self._encoders)
        return _Call(binding, channels[service])

    def _endpoint(self, binding: Binding) -> Callable[[Request], Awaitable[Response]]:
        call_of = self._calls[binding.call]

        async def answer(request: Request) -> Response:
            try:
                async with asyncio.timeout(call_of.timeout_s):
                    who = await self._identify(request)
                    message = await self._message(binding, request, who)
                    answered = await call_of(message, who)
            except TimeoutError:
                return late()
            except FieldFault as fault:
                return problem(
                    400, str(fault), "INVALID_FIELD", errors=[{"field": fault.field, "detail": fault.problem}]
                )
            except RemoteError as error:
                return _refused(error)
            if isinstance(answered, Response):
                return answered
            return _answer(request, msgspec.json.encode(self._encoders[who.role].encode(answered)), state_of(answered))

        return answer

    async def _message(self, binding: Binding, request: Request, who: Who) -> Message:
        """The request message, once it is clear that the caller may make this call."""
        message = new_message(binding.method.input_type)
        path = {name: [request.path_params[f"p{number}"]] for number, name in enumerate(binding.variables)}
        read_texts(message, {"account_id": path["account_id"]})
        if getattr(message, "account_id") != who.account_id:  # noqa: B009  (the field is known at run time only)
            # The same answer as for an account that does not exist: nobody learns which do.
            raise Refusal(404, "there is no such account, or you do not belong to it")
        if who.role < binding.role:
            needed = role_name(binding.role)
            raise Refusal(403, f"this needs the role {needed}")
        await self._fill(message, binding, request, path)
        return message

    async def _fill(
        self, message: Message, binding: Binding, request: Request, path: Mapping[str, Sequence[str]]
    ) -> None:
        query = parse_qs(request.url.query, keep_blank_values=True, errors="replace")
        for name in query:
            if name in path or binding.body == "*":
                raise FieldFault(name, "is not a parameter of this call")
        read_texts(message, query)
        if binding.body:
            await _fill_body(message, binding, request, path)
        read_texts(message, path)
        if "request_id" in message.DESCRIPTOR.fields_by_name:
            _identify_call(message, request)
        if "etag" in message.DESCRIPTOR.fields_by_name:
            match_state(message, request)


async def _fill_body(message: Message, binding: Binding, request: Request, path: Mapping[str, Sequence[str]]) -> None:
    body = await read_json(request, binding.body_limit)
    if binding.body != "*":
        read_body(message, {binding.body: body})
        if binding.is_partial:
            mask_fields(message, binding.body, body)
        return
    if isinstance(body, dict):
        for name in path:
            if name in body:
                raise FieldFault(name, "stands in the address")
    read_body(message, body)


class _Call:
    """A call over its channel, with the deadline that the contract gives it."""

    def __init__(self, binding: Binding, channel: grpc.aio.Channel) -> None:
        method = binding.method
        answer = GetMessageClass(method.output_type)
        self._method: Callable[..., grpc.aio.UnaryUnaryCall[Message, Message]] = channel.unary_unary(
            binding.call,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        self.timeout_s = float(method.GetOptions().Extensions[access_pb2.deadline_s]) or DEADLINE_S

    async def __call__(self, message: Message, who: Who) -> Message:
        return await call(self._method, message, timeout_s=self.timeout_s, metadata=metadata_of(who.actor))


def _identify_call(message: Message, request: Request) -> None:
    """Sets `request_id` from the header, or makes one: then a repeat is a new call."""
    key = request.headers.get("Idempotency-Key", "")
    given: str = getattr(message, "request_id")  # noqa: B009  (the field is known at run time only)
    if key and given and key != given:
        raise FieldFault("request_id", "differs from the header Idempotency-Key")
    try:
        chosen = str(UUID(key or given)) if key or given else str(uuid4())
    except ValueError:
        raise FieldFault("request_id", "must be a UUID") from None
    setattr(message, "request_id", chosen)  # noqa: B010  (the field is known at run time only)


def _answer(request: Request, body: bytes, state: str) -> Response:
    """The answer, or 304 where the caller has it already; `state` names it where its contract does."""
    headers = {"Cache-Control": "private, no-cache"}
    if state:
        headers["ETag"] = f'"{state}"'
    if request.method == "GET":
        tag = headers.get("ETag") or f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers["ETag"] = tag
        if tag in {each.strip() for each in request.headers.get("If-None-Match", "").split(",")}:
            return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _refused(error: RemoteError) -> Response:
    cause = error.__cause__
    if isinstance(cause, grpc.aio.AioRpcError) and cause.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return late()
    status = STATUSES[error.kind]
    detail = error.message if status != 500 else "internal error"
    errors = [{"field": each.field, "detail": each.problem} for each in error.violations]
    return problem(status, detail, error.reason, errors=errors)
