"""Refusals as problem details (RFC 9457): the same shape for every route."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sdr_common.errors import DomainError, ErrorKind
from sdr_common.source_gate import RateLimited
from sdr_gateway.domain.access import TooManyAttempts

STATUSES: dict[ErrorKind, int] = {
    ErrorKind.INVALID: 400,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.PRECONDITION: 409,
    ErrorKind.CONFLICT: 409,
    ErrorKind.DENIED: 403,
    ErrorKind.EXHAUSTED: 503,
    ErrorKind.UNAVAILABLE: 503,
    ErrorKind.INTERNAL: 500,
}
"""HTTP status per kind of domain error; a full queue is our outage, not the caller's fault."""

_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Body too large",
    415: "Unsupported media type",
    428: "If-Match is missing",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
    504: "Not in time",
}


class Refusal(Exception):
    """A request that is not carried out; becomes a problem response.

    Args:
        status: HTTP status.
        detail: For people, in English; no text of the request.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def status_of(error: DomainError) -> int:
    """The HTTP status of a domain error."""
    return 429 if isinstance(error, RateLimited | TooManyAttempts) else STATUSES[error.kind]


def problem(
    status: int,
    detail: str,
    reason: str = "",
    *,
    errors: Sequence[Mapping[str, str]] = (),
    retry_after_s: float = 5.0,
) -> Response:
    """A problem response.

    Args:
        status: HTTP status.
        detail: For people.
        reason: A name of `ErrorReason` without its prefix; empty: the status says it all.
        errors: The fields that do not fit: `field` is a dotted path, `detail` what it must be.
        retry_after_s: With 429 and 503, when to come again.
    """
    document: dict[str, object] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    if reason:
        document["reason"] = reason
    if errors:
        document["errors"] = list(errors)
    headers = {"Retry-After": str(math.ceil(retry_after_s))} if status in {429, 503} else None
    return Response(msgspec.json.encode(document), status, headers, "application/problem+json")


def late() -> Response:
    """What stands behind a call did not answer within its deadline."""
    return problem(504, "what stands behind this call did not answer in time; repeat it", "DEADLINE_EXCEEDED")


async def on_refusal(_: Request, error: Exception) -> Response:
    """Starlette's handler for `Refusal`."""
    if not isinstance(error, Refusal):
        raise error
    return problem(error.status, error.detail)


async def on_domain_error(_: Request, error: Exception) -> Response:
    """Starlette's handler for `DomainError`."""
    if not isinstance(error, DomainError):
        raise error
    status = status_of(error)
    detail = error.message if status != 500 else "internal error"
    return problem(status, detail, error.reason, retry_after_s=getattr(error, "retry_after_s", None) or 5.0)


async def on_http_error(_: Request, error: Exception) -> Response:
    """Starlette's handler for its own errors: unknown paths and methods."""
    status = getattr(error, "status_code", 500)
    return problem(status, str(getattr(error, "detail", "")) or _TITLES.get(status, "Error"))
