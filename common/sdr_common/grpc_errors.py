"""Domain errors on the wire: one table of kinds, `google.rpc` details, and typed errors back.

A server never lets driver text out; a client decides by `reason`, never by the message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from sdr_common.errors import DomainError, ErrorKind, InvalidFields

CODES: dict[ErrorKind, grpc.StatusCode] = {
    ErrorKind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    ErrorKind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    ErrorKind.PRECONDITION: grpc.StatusCode.FAILED_PRECONDITION,
    ErrorKind.CONFLICT: grpc.StatusCode.ABORTED,
    ErrorKind.DENIED: grpc.StatusCode.PERMISSION_DENIED,
    ErrorKind.EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    ErrorKind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    ErrorKind.INTERNAL: grpc.StatusCode.INTERNAL,
}
_KINDS = {code: kind for kind, code in CODES.items()} | {
    grpc.StatusCode.DEADLINE_EXCEEDED: ErrorKind.UNAVAILABLE,
    # Said by a server that drains; a call that its own caller cancels raises no error of this kind.
    grpc.StatusCode.CANCELLED: ErrorKind.UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field that breaks its rule."""

    field: str
    """Path, such as "conversation.account_id"."""
    problem: str
    """What it must be."""


# Not frozen and compared by identity: an exception takes a traceback on its way up and must be hashable.
@dataclass(eq=False)
class RemoteError(Exception):
    """An error of another service, read back from the wire."""

    kind: ErrorKind
    reason: str
    """A name of `ErrorReason` without its prefix; "TRANSPORT" when the answer carried none."""
    message: str
    service: str = ""
    details: dict[str, str] = field(default_factory=dict)
    violations: tuple[FieldViolation, ...] = ()

    def __str__(self) -> str:
        return f"{self.service or 'remote'}: {self.reason}: {self.message}"

    @property
    def transient(self) -> bool:
        """True when repeating the same call later can help; such failures never count as poison."""
        return self.kind in {ErrorKind.UNAVAILABLE, ErrorKind.EXHAUSTED, ErrorKind.CONFLICT}


def _status(code: grpc.StatusCode, message: str, *details: object) -> status_pb2.Status:
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)  # type: ignore[arg-type]  # every detail is a protobuf message
        status.details.append(packed)
    return status


def to_status(error: DomainError, service: str) -> status_pb2.Status:
    """The rich status of a domain error; `service` becomes the domain "<service>.sdr"."""
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=f"{service}.sdr", metadata=error.details)
    details: list[object] = [info]
    if isinstance(error, InvalidFields):
        all_bad = error_details_pb2.BadRequest()
        for field, problem in error.faults:
            all_bad.field_violations.add(field=field, description=problem)
        details.append(all_bad)
    elif "field" in error.details:
        bad = error_details_pb2.BadRequest()
        bad.field_violations.add(field=error.details["field"], description=error.details.get("problem", error.message))
        details.append(bad)
    return _status(CODES[error.kind], error.message, *details)


def violations_status(violations: list[FieldViolation], service: str) -> status_pb2.Status:
    """The rich status of a request whose fields break their rules: all of them at once."""
    bad = error_details_pb2.BadRequest()
    for violation in violations:
        bad.field_violations.add(field=violation.field, description=violation.problem)
    first = violations[0]
    info = error_details_pb2.ErrorInfo(
        reason="INVALID_FIELD", domain=f"{service}.sdr", metadata={"field": first.field, "problem": first.problem}
    )
    message = "; ".join(f"{violation.field}: {violation.problem}" for violation in violations[:10])
    return _status(grpc.StatusCode.INVALID_ARGUMENT, message, info, bad)


def internal_status(service: str) -> status_pb2.Status:
    """The fixed answer to a fault of ours: no text of a driver or library leaves the process."""
    info = error_details_pb2.ErrorInfo(reason="INTERNAL", domain=f"{service}.sdr")
    return _status(
        grpc.StatusCode.INTERNAL, "internal error; the service's log has it under this call's trace id", info
    )


def from_rpc_error(error: grpc.aio.AioRpcError) -> RemoteError:
    """Reads an error back from the wire."""
    kind = _KINDS.get(error.code(), ErrorKind.INTERNAL)
    status = rpc_status.from_call(error)
    if status is None or status.code == code_pb2.OK:
        return RemoteError(kind, "TRANSPORT", error.details() or error.code().name)
    reason, service, details, violations = "TRANSPORT", "", {}, []
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Unpack(info):
            reason, service, details = info.reason, info.domain.removesuffix(".sdr"), dict(info.metadata)
        elif detail.Unpack(bad):
            violations = [FieldViolation(item.field, item.description) for item in bad.field_violations]
    return RemoteError(kind, reason, status.message, service, details, tuple(violations))


def raise_remote(error: grpc.aio.AioRpcError) -> NoReturn:
    """Raises the typed form of a gRPC error.

    Raises:
        RemoteError: always.
    """
    raise from_rpc_error(error) from error
