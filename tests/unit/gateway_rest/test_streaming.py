"""Calls that answer in pieces, over HTTP: files and events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, text_format
from google.protobuf.message_factory import GetMessageClass
from starlette.applications import Starlette

from sdr.common.v1 import access_pb2, download_pb2
from sdr_common.errors import InvalidField
from sdr_common.grpc_errors import RemoteError
from sdr_common.grpc_server import GrpcServer, start_server
from sdr_gateway.http.problem import Refusal, on_refusal
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.who import Who

PACKAGE = "sdr.streamtest.v1"
_OPTIONS = '[google.api.http] {{ get: "/accounts/{{account_id}}/{0}" }} [sdr.common.v1.role]: ROLE_AGENT'


def _contract() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="sdr/streamtest/v1/streamtest.proto",
        package=PACKAGE,
        syntax="proto3",
        dependency=[
            "google/api/annotations.proto",
            "sdr/common/v1/access.proto",
            "sdr/common/v1/download.proto",
        ],
    )
    ask = file.message_type.add(name="AskRequest")
    ask.field.add(name="account_id", number=1, type=3, label=1)
    ask.field.add(name="wish", number=2, type=9, label=1)
    file.message_type.add(name="Event").field.add(name="text", number=1, type=9, label=1)
    service = file.service.add(name="Streams")
    for name, answer in (("Watch", f".{PACKAGE}.Event"), ("Fetch", ".sdr.common.v1.DownloadChunk")):
        method = service.method.add(
            name=name, input_type=f".{PACKAGE}.AskRequest", output_type=answer, server_streaming=True
        )
        text_format.Parse(_OPTIONS.format(name.lower()), method.options)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(file.name)


CONTRACT = _contract()
Event: Any = GetMessageClass(CONTRACT.message_types_by_name["Event"])
Ask: Any = GetMessageClass(CONTRACT.message_types_by_name["AskRequest"])


async def _watch(request: Any, _: Any) -> AsyncIterator[Any]:
    if request.wish == "nothing":
        raise InvalidField("wish", "must be something")
    yield Event(text="primeiro")
    yield Event(text="último")


async def _fetch(request: Any, _: Any) -> AsyncIterator[download_pb2.DownloadChunk]:
    yield download_pb2.DownloadChunk(file_name="relatório 1.csv", media_type="text/csv; charset=utf-8", data=b"a;b\n")
    if request.wish == "torn":
        raise InvalidField("wish", "went wrong in the middle")
    yield download_pb2.DownloadChunk(data=b"1;2\n")


def _register(server: grpc.aio.Server) -> None:
    handlers: dict[str, Any] = {
        name: grpc.unary_stream_rpc_method_handler(
            handler,
            request_deserializer=Ask.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )
        for name, handler in (("Watch", _watch), ("Fetch", _fetch))
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(f"{PACKAGE}.Streams", handlers),))


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    server: GrpcServer = await start_server("streamtest", _register, [f"{PACKAGE}.Streams"])

    async def identify(_: Any) -> Who:
        return Who(1, access_pb2.ROLE_AGENT, "user 1")

    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        rest = RestApi([CONTRACT], {f"{PACKAGE}.Streams": channel}, identify)
        app = Starlette(routes=rest.routes(), exception_handlers={Refusal: on_refusal})
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            yield client
    await server.stop(0)


async def test_a_stream_of_messages_is_a_stream_of_events(http: httpx.AsyncClient) -> None:
    answer = await http.get("/accounts/1/watch")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == ('data: {"text":"primeiro"}\n\ndata: {"text":"último"}\n\nevent: end\ndata: {}\n\n')


async def test_a_stream_that_is_refused_is_a_problem_as_everywhere(http: httpx.AsyncClient) -> None:
    answer = await http.get("/accounts/1/watch", params={"wish": "nothing"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "wish")
    assert (await http.get("/accounts/2/watch")).status_code == 404


async def test_a_stream_of_pieces_is_a_file_with_its_name_and_type(http: httpx.AsyncClient) -> None:
    answer = await http.get("/accounts/1/fetch")
    assert answer.content == b"a;b\n1;2\n"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"relat_rio_1.csv\"; filename*=UTF-8''relat%C3%B3rio%201.csv"
    )


async def test_a_file_that_breaks_off_ends_the_connection_and_never_looks_whole(http: httpx.AsyncClient) -> None:
    with pytest.raises(RemoteError):  # the server closes the connection of an application that raises
        await http.get("/accounts/1/fetch", params={"wish": "torn"})
