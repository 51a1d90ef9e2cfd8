"""The whole API against its own document: schemathesis tries every call and finds no 5xx, no answer out of schema."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.support.stack import RunningStack

Operation = APIOperation[Any, Any, Any, Any]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]
PERSON = {"email": "admin@clinica.test", "password": "sandbox123!"}
EXAMPLES = int(os.environ.get("SDR_SCHEMA_EXAMPLES", "8"))
"""Requests per call; more of them in a longer run."""
WANTED = (
    "not_a_server_error",
    "response_schema_conformance",
    "content_type_conformance",
    "status_code_conformance",
)
PER_TOKEN = 8
"""Calls that share a token, so that none of them meets its limit."""
LEFT_OUT = (
    *("/stream", ":connect", "/session", "/sessions/{session_id}", ":test", ":send", "/simulations"),
    *("/model-keys/{provider}", "/model-keys/{provider}:try"),
)
"""Endless, or beyond this machine: they would change how we sign in or call somebody outside, at once or in later
turns."""


@pytest.fixture(scope="module")
def document(stack: RunningStack) -> dict[str, Any]:
    """The API's document as the running gateway tells it."""
    answer = httpx.get(f"{stack.description['gateway_url']}/openapi.json", trust_env=False, timeout=20)
    described: dict[str, Any] = answer.json()
    return described


def tokens(base: str) -> Iterator[str]:
    """Ever new tokens of an administrator's program."""
    with httpx.Client(base_url=base, trust_env=False, timeout=20) as client:
        client.headers["X-CSRF-Token"] = client.post("/api/v1/session", json=PERSON).json()["csrf_token"]
        while True:
            body = {"name": "schemathesis", "scopes": ["read", "manage"]}
            secret: str = client.post("/api/v1/accounts/1/tokens", json=body).json()["secret"]
            for _ in range(PER_TOKEN):
                yield secret


def operations(document: dict[str, Any]) -> list[Operation]:
    """The calls to try."""
    schema = schemathesis.openapi.from_dict(document)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    return [each for each in found if each.path.startswith("/api/") and not each.path.endswith(LEFT_OUT)]


def attempt(operation: Operation, base: str, secret: str) -> None:
    """Tries one call with generated input.

    Raises:
        Exception: what schemathesis found.
    """

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def once(case: Any) -> None:  # schemathesis makes its type at run time
        if "account_id" in (case.path_parameters or {}):
            case.path_parameters["account_id"] = "1"
        headers = {"Authorization": f"Bearer {secret}"}
        case.call_and_validate(base_url=base, checks=CHECKS.get_by_names(WANTED), headers=headers, timeout=150)

    once()


def test_no_call_breaks_its_description_or_fails(stack: RunningStack, document: dict[str, Any]) -> None:
    base = stack.description["gateway_url"]
    load_all_checks()
    faults: dict[str, str] = {}
    calls = operations(document)
    for operation, secret in zip(calls, tokens(base), strict=False):
        try:
            attempt(operation, base, secret)
        except (Exception, FailureGroup) as fault:  # every call is tried; all faults are told together
            faults[f"{operation.method.upper()} {operation.path}"] = str(fault)[:1500]
    assert len(calls) > 50
    assert not faults, "\n\n".join(f"{call}: {fault}" for call, fault in faults.items())
