"""The document that is made of the contracts."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from sdr.gateway.v1 import gateway_pb2
from sdr.reporting.v1 import reporting_pb2
from sdr.routing.v1 import routing_pb2
from sdr_gateway.http.rest.bindings import Binding, BindingFault, bindings, role_name
from sdr_gateway.http.rest.comments import comments
from sdr_gateway.http.rest.openapi import paths

FILES = [reporting_pb2.DESCRIPTOR, routing_pb2.DESCRIPTOR, gateway_pb2.DESCRIPTOR]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found, schemas = paths(bindings(FILES), comments())
    return {"paths": found, "schemas": schemas}


def _binding(call: str) -> Binding:
    return next(each for each in bindings(FILES) if each.method.name == call)


def test_a_binding_knows_verb_path_variables_and_role() -> None:
    leads = _binding("ListLeads")
    assert (leads.verb, leads.template) == ("GET", "/api/v1/accounts/{account_id}/leads")
    assert (leads.path, leads.variables) == ("/api/v1/accounts/{p0}/leads", ("account_id",))
    assert (leads.call, role_name(leads.role)) == ("/sdr.reporting.v1.ReportingService/ListLeads", "agent")
    assert role_name(_binding("RetryDelivery").role) == "administrator"


def test_paths_with_a_verb_come_before_those_that_would_swallow_them() -> None:
    names = [each.template for each in bindings(FILES)]
    first_plain = next(number for number, name in enumerate(names) if ":" not in name.rsplit("/", 1)[-1])
    assert all(":" not in name.rsplit("/", 1)[-1] for name in names[first_plain:])
    assert any(":" in name for name in names)


def test_every_bound_call_holds_the_account_in_its_path() -> None:
    assert [each.template for each in bindings(FILES) if "account_id" not in each.variables] == []


def test_a_query_parameter_carries_its_comment_and_rules(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/api/v1/accounts/{account_id}/leads"]["get"]["parameters"]
    size = next(each for each in parameters if each["name"] == "page_size")
    assert size["in"] == "query"
    assert size["schema"] == {"type": "integer", "format": "int32", "minimum": 0, "maximum": 200}
    assert size["description"]
    account = next(each for each in parameters if each["name"] == "account_id")
    assert (account["in"], account["required"], account["schema"]["type"]) == ("path", True, "string")


def test_an_answer_says_what_is_always_there(document: dict[str, Any]) -> None:
    lead = document["schemas"]["reporting.LeadSummary"]
    assert "name" in lead["required"]
    assert "score" not in lead["required"]
    assert lead["properties"]["temperature"]["enum"][0] == "TEMPERATURE_UNSPECIFIED"
    assert lead["properties"]["updated_at"]["format"] == "date-time"


def test_a_body_leaves_out_what_the_address_says_and_needs_no_request_id(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/v1/accounts/{account_id}/deliveries/{delivery_id}:retry"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert "account_id" not in schema["properties"]
    assert "delivery_id" not in schema["properties"]
    assert "request_id" not in schema.get("required", [])
    assert any(each["name"] == "Idempotency-Key" for each in operation["parameters"])


def test_every_operation_says_what_it_does_and_who_may(document: dict[str, Any]) -> None:
    operations = [each for item in document["paths"].values() for each in item.values()]
    assert len(operations) >= 8
    assert [each["operationId"] for each in operations if not each["summary"]] == []
    assert {each["x-role"] for each in operations} == {"agent", "administrator"}


def _contract(options: str) -> Any:
    """A file with one call, whose options are text of the descriptor."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"sdr/test/{abs(hash(options))}.proto",
        package=f"sdr.test{abs(hash(options))}.v1",
        syntax="proto3",
        dependency=["google/api/annotations.proto", "sdr/common/v1/access.proto"],
    )
    file.message_type.add(name="AskRequest").field.add(name="account_id", number=1, type=3, label=1)
    file.message_type.add(name="AskResponse")
    method = file.service.add(name="Asking").method.add(
        name="Ask", input_type=f".{file.package}.AskRequest", output_type=f".{file.package}.AskResponse"
    )
    from google.protobuf import text_format  # noqa: PLC0415  (only here)

    text_format.Parse(options, method.options)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(file.name)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('[google.api.http] { get: "/x/{account_id}" }', "no role"),
        ('[google.api.http] { get: "/x/{conta}" } [sdr.common.v1.role]: ROLE_AGENT', "has no field conta"),
        ('[google.api.http] { post: "/x" body: "corpo" } [sdr.common.v1.role]: ROLE_AGENT', "has no field corpo"),
        ("[google.api.http] { } [sdr.common.v1.role]: ROLE_AGENT", "needs get, put, post"),
    ],
)
def test_a_binding_that_cannot_work_is_told_at_the_start(options: str, said: str) -> None:
    with pytest.raises(BindingFault, match=said):
        bindings([_contract(options)])
