"""The table of who may call what is whole: checked against every contract."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import MethodDescriptor

import sdr
from sdr_common.callers import FURTHER, NO_OPERATOR, Caller, may_call
from sdr_common.grpc_client import NOT_REPEATED, SERVICE_CONFIG
from sdr_common.transport import TransportSettings, caller_by_names, token_digest

READS = (
    "Get",
    "List",
    "Export",
    "Explain",
    "Search",
    "Check",
    "Decide",
    "Preview",
    "Diff",
    "Watch",
    "Report",
    "Render",
    "Try",
)
"""First words of methods that only read; others carry a request_id or are named as not repeatable."""
BY_THEIR_CONTENT = {"sdr.reporting.v1.ReportingService/Record", "sdr.privacy.v1.PrivacyService/PurgeRecords"}
"""Repeatable without a request_id: each event has an id of its own, and what is erased is gone."""


def _methods() -> Iterator[MethodDescriptor]:
    for module in pkgutil.walk_packages(sdr.__path__, "sdr."):
        if module.name.endswith("_pb2"):
            file = importlib.import_module(module.name).DESCRIPTOR
            for service in file.services_by_name.values():
                yield from service.methods


def _name(method: MethodDescriptor) -> str:
    return f"{method.containing_service.full_name}/{method.name}"


ALL = {_name(method): method for method in _methods()}


def test_every_method_that_the_table_names_exists() -> None:
    assert (set(FURTHER) | NO_OPERATOR) - set(ALL) == set()


def test_the_gateway_may_call_everything_and_an_operator_everything_but_the_steps_of_a_turn() -> None:
    assert all(may_call(Caller.GATEWAY, name) for name in ALL)
    assert {name for name in ALL if not may_call(Caller.OPERATOR, name)} == NO_OPERATOR


@pytest.mark.parametrize("caller", [Caller.DIALOGUE, Caller.SCORING, Caller.ROUTING])
def test_the_other_services_may_tell_reporting_what_happened(caller: Caller) -> None:
    assert may_call(caller, "sdr.reporting.v1.ReportingService/Record")
    assert not may_call(caller, "sdr.routing.v1.RoutingService/Deliver")
    assert not may_call(caller, "sdr.privacy.v1.PrivacyService/ExportLead")


def test_every_method_is_repeatable_or_named_as_one_that_is_not_repeated() -> None:
    not_repeated = {f"{service}/{method}" for service, method in NOT_REPEATED}
    assert not_repeated - set(ALL) == set()
    unclear = [
        name
        for name, method in ALL.items()
        if "request_id" not in method.input_type.fields_by_name
        and not method.name.startswith(READS)
        and name not in not_repeated | BY_THEIR_CONTENT
    ]
    assert unclear == [], "give the request a request_id, or add the method to sdr_common.grpc_client.NOT_REPEATED"


def test_what_is_not_repeated_has_no_retry_policy() -> None:
    without, everything = json.loads(SERVICE_CONFIG)["methodConfig"]
    assert without == {"name": [{"service": service, "method": method} for service, method in NOT_REPEATED]}
    assert everything["name"] == [{}]
    assert everything["retryPolicy"]["maxAttempts"] == 4


def test_a_certificate_names_its_caller_by_the_san_of_ours_alone() -> None:
    assert caller_by_names([b"localhost", b"spiffe://sdr/routing"]) is Caller.ROUTING
    for name in (b"routing", b"spiffe://sdr/", b"spiffe://sdr/nobody", b"spiffe://elsewhere/routing", b"\xff"):
        assert caller_by_names([name]) is None


def test_tokens_are_known_by_their_digest_and_two_of_one_caller_may_stand_while_one_is_replaced() -> None:
    accepted = f"gateway={token_digest('old')}, gateway={token_digest('new')},routing={token_digest('third')}"
    transport = TransportSettings.model_validate({"accepted_callers": accepted}).transport
    assert [transport.caller_by_token(token) for token in ("old", "new", "third", "", "nobody's")] == [
        Caller.GATEWAY,
        Caller.GATEWAY,
        Caller.ROUTING,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("panel=" + "0" * 64, "'panel' is no caller"),
        ("gateway=secret", "gateway= must be followed by the SHA-256"),
        ("gateway", "gateway= must be followed by the SHA-256"),
    ],
)
def test_a_wrong_list_of_callers_is_refused_at_start(value: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        TransportSettings.model_validate({"accepted_callers": value})


def test_half_of_a_tls_configuration_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="go together"):
        TransportSettings.model_validate({"tls_cert": "/tls/tls.crt"})


def test_a_transport_never_shows_its_token() -> None:
    settings = TransportSettings.model_validate({"caller_token": "hidden-token"})
    assert "hidden-token" not in repr(settings) + repr(settings.transport)
