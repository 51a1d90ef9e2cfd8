"""Accounts: one document in, one out, and the connection to Chatwoot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sdr.gateway.v1 import gateway_pb2 as gateway
from sdr.routing.v1 import routing_pb2 as routing
from sdr_common import audit
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.address_guard import AddressGuard
from sdr_common.errors import AccountNotFound, DomainError, ErrorKind
from sdr_common.grpc_errors import RemoteError
from sdr_common.idempotency import Finish, Idempotency
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_gateway.domain.account import Account, signs_webhooks
from sdr_gateway.domain.errors import (
    ChatwootAway,
    ChatwootDenied,
    PartRefused,
    RubricRefused,
    SettingsRefused,
)
from sdr_gateway.operations.checks import check_document
from sdr_gateway.operations.document import read_document, write_document
from sdr_gateway.operations.parts import Put, Services, failure_of, put_part, read_parts
from sdr_gateway.operations.requests import derived_id
from sdr_gateway.ports import AccountKeeper, ChatwootListing

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class ConnectCommand:
    """Where an account's Chatwoot is, and how to get in."""

    account_id: int
    chatwoot_url: str
    chatwoot_account_id: int
    admin_token: str = field(repr=False)
    bot_token: str = field(repr=False)
    inbox_ids: tuple[int, ...] = ()
    create_missing_teams: bool = False


class AccountWork:
    """The account service's use cases.

    Args:
        pool: The gateway's pool.
        idempotency: Guards the mutating calls.
        services: Who keeps the other parts.
        settings: The gateway's own part.
        keeper: Keeps connections.
        listing: Asks Chatwoot for its version.
        guard: Says where a Chatwoot may be.
        public_url: Where Chatwoot reaches the webhook door.
        on_change: Told the id of an account that changed.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        services: Services,
        settings: AccountSettingsStore[gateway.GatewaySettings],
        keeper: AccountKeeper,
        listing: ChatwootListing,
        guard: AddressGuard,
        public_url: str,
        on_change: Callable[[int], None],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._services = services
        self._settings = settings
        self._keeper = keeper
        self._listing = listing
        self._guard = guard
        self._public_url = public_url.rstrip("/")
        self._on_change = on_change

    async def import_account(self, request: gateway.ImportAccountRequest) -> gateway.ImportAccountResponse:
        """Checks the document with every service, then stores all parts.

        Raises:
            InvalidDocument: it cannot be read.
            PartRefused: a service refuses its part; nothing was stored anywhere.
            ServiceAway: a service does not answer; repeating goes on where it stopped.
        """
        document = read_document(request.yaml)
        check_document(document)

        async def work(
            finish: Finish[gateway.ImportAccountResponse],
        ) -> gateway.ImportAccountResponse:
            checked = await self._put_others(request, document, dry_run=True)
            if request.dry_run:
                async with transaction(self._pool) as conn:
                    own = await self._would_change(conn, request.account_id, document)
                    answer = gateway.ImportAccountResponse(parts=[*checked, own])
                    await finish(conn, answer)
                return answer
            parts = await self._put_others(request, document, dry_run=False)
            async with transaction(self._pool) as conn:
                version, changed = await self._settings.put(conn, request.account_id, document.clinic, document.gateway)
                own = gateway.PartVersion(part="gateway", version=version, changed=changed)
                answer = gateway.ImportAccountResponse(parts=[*parts, own])
                await audit.note(
                    conn,
                    "import_account",
                    request.account_id,
                    request_id=request.request_id,
                    detail={part.part: part.version for part in answer.parts if part.changed},
                )
                await finish(conn, answer)
            self._on_change(request.account_id)
            return answer

        return await self._idempotency.leased(request, gateway.ImportAccountResponse, work)

    async def export_account(self, account_id: int) -> str:
        """The active document as YAML.

        Raises:
            AccountNotFound: it was never imported.
            ServiceAway: a service does not answer.
        """
        async with connection(self._pool) as conn:
            own = await self._settings.find(conn, account_id)
        if own is None:
            raise AccountNotFound(account_id)
        return write_document((await read_parts(self._services, account_id, own)).document)

    async def connect_account(
        self, request: gateway.ConnectAccountRequest, command: ConnectCommand
    ) -> gateway.ConnectAccountResponse:
        """Provisions Chatwoot through routing and keeps what the door and the sweep need.

        Raises:
            AccountNotFound: its document was never imported.
            AddressForbidden: the address leads into a network that is not allowed.
            ChatwootDenied: Chatwoot refuses the token.
            ChatwootAway: Chatwoot does not answer.
            ServiceAway: routing does not answer.
        """

        async def work(
            finish: Finish[gateway.ConnectAccountResponse],
        ) -> gateway.ConnectAccountResponse:
            async with connection(self._pool) as conn:
                if await self._settings.find(conn, command.account_id) is None:
                    raise AccountNotFound(command.account_id)
                known = await self._keeper.find(conn, command.account_id)
            # A redo after a crash must make the very same call to routing, address included.
            path_secret = known.path_secret if known is not None else self._keeper.path_secret_for(request.request_id)
            await self._guard.check("chatwoot_url", command.chatwoot_url)
            version = await self._listing.version(command.chatwoot_url.rstrip("/"))
            made = await _remote(
                "routing",
                self._services.routing.connect_chatwoot(
                    self._connect_request(request.request_id, command, version, path_secret)
                ),
            )
            account = Account(
                account_id=command.account_id,
                chatwoot_url=command.chatwoot_url.rstrip("/"),
                chatwoot_account_id=command.chatwoot_account_id,
                connected_at=0.0,
                webhook_secret=made.webhook_secret or None,
                path_secret=path_secret,
                admin_token=command.admin_token,
            )
            answer = gateway.ConnectAccountResponse(
                chatwoot_version=made.chatwoot_version or version, inbox_ids=made.inbox_ids, steps=made.steps
            )
            async with transaction(self._pool) as conn:
                connected_at = await self._keeper.save(conn, account, answer.chatwoot_version)
                answer.connected_at.FromDatetime(connected_at)
                await audit.note(
                    conn,
                    "connect_account",
                    command.account_id,
                    request_id=request.request_id,
                    detail={
                        "chatwoot_url": account.chatwoot_url,
                        "chatwoot_account_id": account.chatwoot_account_id,
                        "inbox_ids": list(answer.inbox_ids),
                    },
                )
                await finish(conn, answer)
            self._on_change(command.account_id)
            return answer

        return await self._idempotency.leased(request, gateway.ConnectAccountResponse, work)

    def _connect_request(
        self, request_id: str, command: ConnectCommand, version: str, path_secret: str
    ) -> routing.ConnectChatwootRequest:
        address = f"{self._public_url}/webhooks/chatwoot/{command.account_id}"
        return routing.ConnectChatwootRequest(
            request_id=derived_id(request_id, "connect"),
            account_id=command.account_id,
            chatwoot_url=command.chatwoot_url.rstrip("/"),
            chatwoot_account_id=command.chatwoot_account_id,
            admin_token=command.admin_token,
            webhook_url=address if signs_webhooks(version) else f"{address}/{path_secret}",
            inbox_ids=command.inbox_ids,
            create_missing_teams=command.create_missing_teams,
            bot_token=command.bot_token,
            dashboard_app_url=f"{self._public_url}/panel/conversa?embed=1",
        )

    async def _put_others(
        self, request: gateway.ImportAccountRequest, document: gateway.AccountDocument, *, dry_run: bool
    ) -> list[gateway.PartVersion]:
        """Every other service's part, one after another: the first refusal ends it."""
        parts = []
        for part in self._services.with_parts:
            put = put_part(
                self._services,
                part,
                document,
                account_id=request.account_id,
                request_id=request.request_id,
                dry_run=dry_run,
            )
            parts.append(_part(part, await _remote(part, put)))
        return parts

    async def _would_change(
        self, conn: Connection, account_id: int, document: gateway.AccountDocument
    ) -> gateway.PartVersion:
        newest = await self._settings.find(conn, account_id)
        if newest is None:
            return gateway.PartVersion(part="gateway", version=0, changed=True)
        changed = newest.clinic != document.clinic or newest.settings != document.gateway
        return gateway.PartVersion(part="gateway", version=newest.version, changed=changed)


def _part(part: str, put: Put) -> gateway.PartVersion:
    return gateway.PartVersion(part=part, version=put.version, changed=put.changed)


async def _remote(service: str, made: Awaitable[A]) -> A:
    """One call to another service; its refusal as an error of ours, with the place in the document.

    Raises:
        DomainError: the service refused, failed or did not answer.
    """
    try:
        return await made
    except RemoteError as error:
        raise _relayed(service, error) from error


def _relayed(service: str, error: RemoteError) -> DomainError:
    if error.reason == "CHATWOOT_UNAVAILABLE":
        return ChatwootAway(error.message)
    if error.reason == "CHATWOOT_DENIED":
        return ChatwootDenied(error.message)
    if error.kind is ErrorKind.INVALID:
        violation = error.violations[0] if error.violations else None
        place = violation.field if violation is not None else error.details.get("field", "")
        problem = violation.problem if violation is not None else error.message
        kinds = {"INVALID_SETTINGS": SettingsRefused, "INVALID_RUBRIC": RubricRefused}
        return kinds.get(error.reason, PartRefused)(service, place.removeprefix("settings."), problem)
    return failure_of(service, error)
