"""Every call that changes something has one effect per request id, in every service that serves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from tests.contract.protos.descriptors import our_files
from tests.contract.replay.examples import FORGET, SERVICES, Served

OWNERS = {"scoring": "sdr.scoring", "reporting": "sdr.reporting", "dialogue": "sdr.dialogue"} | {
    "routing": "sdr.routing",
    "gateway": "sdr.gateway",
}
"""The package of each service; `sdr.privacy` is served by all."""


def mutating() -> dict[str, MethodDescriptor]:
    """Every method whose request has a `request_id`, by full name."""
    pool = descriptor_pool.Default()
    found = {}
    for file in our_files():
        for service in file.service:
            described = pool.FindServiceByName(f"{file.package}.{service.name}")
            for method in described.methods:
                if "request_id" in method.input_type.fields_by_name:
                    found[f"{described.full_name}/{method.name}"] = method
    return found


async def invoke(served: Served, method: MethodDescriptor, request: Message) -> Message:
    answer = message_factory.GetMessageClass(method.output_type)
    rpc = served.channel.unary_unary(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=type(request).SerializeToString,
        response_deserializer=answer.FromString,
    )
    found: Message = await call(rpc, request, timeout_s=60)
    return found


@pytest.mark.parametrize("name", SERVICES)
async def test_a_repeat_gets_the_first_answer_and_another_input_under_its_id_is_refused(
    name: str, service_database: Callable[[str], str]
) -> None:
    methods = mutating()
    wanted = {method for method in methods if method.startswith(f"{OWNERS[name]}.")} | {FORGET}
    async with SERVICES[name](service_database(name)) as served:
        # A new call that changes something needs an example, and so this proof.
        assert set(served.examples) == wanted
        for method_name, example in sorted(served.examples.items(), key=lambda found: found[0] == FORGET):
            request, changed = await example()
            method = methods[method_name]
            answers = await asyncio.gather(*(invoke(served, method, request) for _ in range(4)))
            assert answers == [answers[0]] * 4, method_name
            assert await invoke(served, method, request) == answers[0], method_name
            with pytest.raises(RemoteError) as refused:
                await invoke(served, method, changed)
            assert refused.value.reason == "REQUEST_ID_REUSED", method_name


def test_every_call_that_changes_something_belongs_to_a_service_that_is_proved() -> None:
    packages = {method.partition("/")[0].rpartition(".v1.")[0] for method in mutating()}
    assert packages == {*OWNERS.values(), "sdr.privacy"}
