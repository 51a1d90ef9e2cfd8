"""Domain errors on the wire and back."""

from __future__ import annotations

from typing import ClassVar

import grpc
import pytest
from google.rpc import status_pb2
from grpc.aio import AioRpcError, Metadata
from opentelemetry import trace

from sdr_common.errors import (
    AccountNotFound,
    DomainError,
    ErrorKind,
    InvalidField,
    InvalidSettings,
    RequestInProgress,
    StoreUnavailable,
)
from sdr_common.grpc_errors import (
    CODES,
    FieldViolation,
    RemoteError,
    from_rpc_error,
    internal_status,
    raise_remote,
    to_status,
    violations_status,
)

_DETAILS_KEY = "grpc-status-details-bin"


def _over_the_wire(status: status_pb2.Status) -> RemoteError:
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    trailing = Metadata((_DETAILS_KEY, status.SerializeToString()))
    return from_rpc_error(AioRpcError(code, Metadata(), trailing, details=status.message))


def test_every_kind_of_error_has_a_code_of_its_own() -> None:
    assert {kind.name: code.name for kind, code in CODES.items()} == {
        "INVALID": "INVALID_ARGUMENT",
        "NOT_FOUND": "NOT_FOUND",
        "PRECONDITION": "FAILED_PRECONDITION",
        "CONFLICT": "ABORTED",
        "DENIED": "PERMISSION_DENIED",
        "EXHAUSTED": "RESOURCE_EXHAUSTED",
        "UNAVAILABLE": "UNAVAILABLE",
        "INTERNAL": "INTERNAL",
    }
    assert set(CODES) == set(ErrorKind)


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_comes_back_as_itself(kind: ErrorKind) -> None:
    class Example(DomainError):
        kind: ClassVar[ErrorKind]
        reason = "WRITE_CONFLICT"

    Example.kind = kind
    back = _over_the_wire(to_status(Example("limit is 3", limit=3, field="count"), "scoring"))
    assert (back.kind, back.reason, back.message, back.service) == (kind, "WRITE_CONFLICT", "limit is 3", "scoring")
    assert back.details == {"limit": "3", "field": "count"}


def test_an_error_that_names_a_field_carries_the_violation() -> None:
    back = _over_the_wire(to_status(InvalidField("facts[2].level", "unknown to the rubric", level="x"), "scoring"))
    assert back.violations == (FieldViolation("facts[2].level", "unknown to the rubric"),)
    assert back.details == {"field": "facts[2].level", "problem": "unknown to the rubric", "level": "x"}
    settings = _over_the_wire(to_status(InvalidSettings("procedures", "slug botox stands twice"), "dialogue"))
    assert (settings.reason, settings.violations) == (
        "INVALID_SETTINGS",
        (FieldViolation("procedures", "slug botox stands twice"),),
    )


def test_all_violations_of_a_request_travel_together() -> None:
    found = [FieldViolation("request_id", "must be a UUID"), FieldViolation("messages[0].message_id", "must be > 0")]
    back = _over_the_wire(violations_status(found, "dialogue"))
    assert (back.kind, back.reason) == (ErrorKind.INVALID, "INVALID_FIELD")
    assert back.violations == tuple(found)
    assert back.message == "request_id: must be a UUID; messages[0].message_id: must be > 0"


def test_a_fault_of_ours_says_nothing_but_where_to_look() -> None:
    back = _over_the_wire(internal_status("routing"))
    assert (back.kind, back.reason, back.service, back.details) == (ErrorKind.INTERNAL, "INTERNAL", "routing", {})
    assert back.message == "internal error; the service's log has it under this call's trace id"


@pytest.mark.parametrize(
    ("code", "kind", "transient"),
    [
        (grpc.StatusCode.UNAVAILABLE, ErrorKind.UNAVAILABLE, True),
        (grpc.StatusCode.DEADLINE_EXCEEDED, ErrorKind.UNAVAILABLE, True),
        (grpc.StatusCode.CANCELLED, ErrorKind.UNAVAILABLE, True),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ErrorKind.EXHAUSTED, True),
        (grpc.StatusCode.ABORTED, ErrorKind.CONFLICT, True),
        (grpc.StatusCode.UNIMPLEMENTED, ErrorKind.INTERNAL, False),
        (grpc.StatusCode.NOT_FOUND, ErrorKind.NOT_FOUND, False),
        (grpc.StatusCode.INVALID_ARGUMENT, ErrorKind.INVALID, False),
    ],
)
def test_an_answer_without_details_is_read_by_its_code(code: grpc.StatusCode, kind: ErrorKind, transient: bool) -> None:
    back = from_rpc_error(AioRpcError(code, Metadata(), Metadata(), details="said by the transport"))
    assert (back.kind, back.reason, back.message) == (kind, "TRANSPORT", "said by the transport")
    assert back.transient is transient


def test_what_may_be_repeated_is_transient_and_nothing_else() -> None:
    transient = {kind for kind in ErrorKind if RemoteError(kind, "INTERNAL", "").transient}
    assert transient == {ErrorKind.UNAVAILABLE, ErrorKind.EXHAUSTED, ErrorKind.CONFLICT}
    assert _over_the_wire(to_status(StoreUnavailable(), "dialogue")).transient
    assert _over_the_wire(to_status(RequestInProgress("7"), "dialogue")).transient
    assert not _over_the_wire(to_status(AccountNotFound(7), "dialogue")).transient


def test_a_remote_error_passes_through_context_managers_as_itself() -> None:
    # contextlib sets the traceback of what passes through it; a frozen exception would break there.
    error = RemoteError(ErrorKind.UNAVAILABLE, "STORE_UNAVAILABLE", "later", "dialogue")
    with pytest.raises(RemoteError) as seen, trace.get_tracer("test").start_as_current_span("outer"):
        raise error
    assert seen.value is error
    assert str(error) == "dialogue: STORE_UNAVAILABLE: later"
    assert {error: 1}[error] == 1


def test_the_cause_of_a_remote_error_is_the_call() -> None:
    error = AioRpcError(grpc.StatusCode.UNAVAILABLE, Metadata(), Metadata(), details="gone")
    with pytest.raises(RemoteError) as seen:
        raise_remote(error)
    assert seen.value.__cause__ is error
