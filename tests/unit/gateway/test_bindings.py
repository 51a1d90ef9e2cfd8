"""What the contracts allow a body over HTTP."""

from __future__ import annotations

from sdr.dialogue.v1 import knowledge_pb2
from sdr_gateway.http.rest.bindings import bindings


def test_a_call_that_takes_files_may_have_a_large_body_and_no_other() -> None:
    limits = {each.method.name: each.body_limit for each in bindings([knowledge_pb2.DESCRIPTOR])}
    # Ten megabytes of a file as base64, and what stands around it.
    assert limits.pop("PutDocument") == 14 * 1024 * 1024
    assert set(limits.values()) == {1024 * 1024}
