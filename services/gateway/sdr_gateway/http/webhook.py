"""The webhook door: a request is answered 200 only after its event is committed, or needs no keeping."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sdr_common.errors import DomainError
from sdr_common.mailbox import Receipt
from sdr_common.source_gate import RateLimited, SourceGate
from sdr_common.telemetry import TRACER, current_traceparent
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.signature import check_signature, same_secret
from sdr_gateway.http.body import read_body
from sdr_gateway.http.parsing import parse_aside, parse_event
from sdr_gateway.http.problem import Refusal, problem, status_of
from sdr_gateway.operations.asides import AsideWork
from sdr_gateway.operations.ingest import Ingest
from sdr_gateway.ports import Accounts

_LOG = structlog.get_logger()
_ROOT = Context()
"""A webhook begins its trace: Chatwoot sends no context, and a stranger's must not be continued."""
_ROUTE = "/webhooks/chatwoot/{account}"
_METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"]
"""All are routed here, so that the wrong ones are told so and not that there is nothing."""
_REFUSED_COST = 19
"""With its own one, a request that is refused counts as twenty: a stranger who tries secrets waits soon."""
_OK = b'{"success":true}'


class ChatwootWebhook:
    """Takes Chatwoot's account webhooks.

    Args:
        accounts: Connected accounts, from memory.
        ingest: Where events go.
        clock: Seconds since 1970; bounds the signature's window.
        gate: Limits what one address may ask.
        asides: Tells reporting what is no message.
    """

    def __init__(
        self, accounts: Accounts, ingest: Ingest, clock: Callable[[], float], gate: SourceGate, asides: AsideWork
    ) -> None:
        self._accounts = accounts
        self._ingest = ingest
        self._clock = clock
        self._gate = gate
        self._asides = asides

    def routes(self) -> list[Route]:
        """The door's routes; the second is for Chatwoots that do not sign."""
        return [
            Route("/webhooks/chatwoot/{account:int}", self.receive, methods=_METHODS),
            Route("/webhooks/chatwoot/{account:int}/{path_secret}", self.receive, methods=_METHODS),
        ]

    async def receive(self, request: Request) -> Response:
        """Takes one event."""
        if request.method != "POST":
            return problem(405, "events come by POST")
        account_id: int = request.path_params["account"]
        attributes: dict[str, str | int] = {
            "http.request.method": "POST",
            "http.route": _ROUTE,
            "sdr.account_id": min(account_id, 2**63 - 1),
        }
        with TRACER.start_as_current_span(
            "POST " + _ROUTE,
            context=_ROOT,
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,
        ) as span:
            response = await self._answer(request, account_id)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                span.set_status(StatusCode.ERROR)
            return response

    async def _answer(self, request: Request, account_id: int) -> Response:
        source = request.client.host if request.client is not None else ""
        try:
            await self._gate.pass_or_raise(source)
            return await self._take(request, account_id)
        except RateLimited as error:
            return problem(429, error.message, error.reason, retry_after_s=error.retry_after_s)
        except Refusal as refusal:
            with suppress(RateLimited):  # this one is answered as it deserves; the next ones wait
                await self._gate.pass_or_raise(source, _REFUSED_COST)
            return problem(refusal.status, refusal.detail)
        except DomainError as error:
            status = status_of(error)
            if status == 500:
                _LOG.exception("webhook_failed", account_id=account_id)
            return problem(status, error.message if status != 500 else "internal error", error.reason)
        except ClientDisconnect:
            return problem(400, "the client went away before its body was read")
        except Exception:
            # Nothing stands behind this door that would answer for it; the sweep brings the event back.
            _LOG.exception("webhook_failed", account_id=account_id)
            return problem(500, "internal error", "INTERNAL")

    async def _take(self, request: Request, account_id: int) -> Response:
        _check_media_type(request)
        body = await read_body(request)
        if not 0 < account_id < 2**63:
            raise Refusal(404, "no such account")
        account = await self._accounts.get(account_id)
        self._authenticate(request, account, body)
        verdict = parse_event(body, chatwoot_account_id=account.chatwoot_account_id, connected_at=account.connected_at)
        aside = parse_aside(body, chatwoot_account_id=account.chatwoot_account_id, labels=account.rules.sale_labels)
        if aside is not None:
            await self._asides.tell(account, aside)
        receipt = await self._ingest.take(account, verdict, current_traceparent())
        if receipt is Receipt.REFUSED:
            raise Refusal(400, "the event holds something that cannot be stored")
        return Response(_OK, media_type="application/json")

    def _authenticate(self, request: Request, account: Account, body: bytes) -> None:
        path_secret: str = request.path_params.get("path_secret", "")
        if path_secret and not same_secret(account.path_secret, path_secret):
            raise Refusal(401, "the address's secret is not this account's")
        if account.webhook_secret is None:
            if not path_secret:
                raise Refusal(401, "this Chatwoot does not sign: the address needs its secret")
            return
        headers = request.headers
        fault = check_signature(
            account.webhook_secret,
            headers.get("x-chatwoot-timestamp", "").encode(),
            headers.get("x-chatwoot-signature", "").encode(),
            body,
            now=self._clock(),
        )
        if fault is not None:
            raise Refusal(401, fault.value)


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise Refusal(415, "the body must be application/json")
