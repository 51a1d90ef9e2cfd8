"""Connecting accounts to their Chatwoot, and looking whether the connection still works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common import audit
from sdr_common.address_guard import AddressGuard
from sdr_common.chatwoot import ChatwootAccess, ChatwootDenied, ChatwootRefused, ChatwootSetup, ChatwootUnavailable
from sdr_common.errors import InvalidField
from sdr_common.idempotency import Finish, Idempotency, Once
from sdr_common.postgres import Pool, connection, transaction
from sdr_routing.domain.errors import NotConnected
from sdr_routing.domain.provisioning import ATTRIBUTES, LABELS, checked_url, subscriptions
from sdr_routing.domain.settings import RoutingSettings
from sdr_routing.helpdesk_ports import ChatwootConnection, Connections, Helpdesks
from sdr_routing.operations.provisioner import Provisioner, Step, is_bot_there
from sdr_routing.ports import AccountRouting, Accounts

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class ConnectCommand:
    """How an account is to be connected."""

    account_id: int
    chatwoot_url: str
    chatwoot_account_id: int
    admin_token: str = field(repr=False)
    webhook_url: str
    inbox_ids: tuple[int, ...] = ()
    create_missing_teams: bool = False
    dashboard_app_url: str = ""
    """The panel's page that is shown as a tab; empty: none."""
    bot_token: str = field(default="", repr=False)
    """An own bot's; empty: one is provisioned."""


@dataclass(frozen=True, slots=True)
class Connected:
    """What was provisioned."""

    version: str
    webhook_secret: str = field(repr=False)
    """Empty for a Chatwoot that does not sign."""
    bot_id: int = 0
    inbox_ids: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at a connection showed."""

    healthy: bool
    version: str
    steps: tuple[Step, ...]


class Connect:
    """Connections of accounts.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating call.
        accounts: Accounts' settings.
        connections: Where connections are kept.
        helpdesks: Told when tokens change.
        guard: Says where a Chatwoot may be.
        setup_of: The set-up calls of an account.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        idempotency: Idempotency,
        accounts: Accounts,
        connections: Connections,
        helpdesks: Helpdesks,
        guard: AddressGuard,
        setup_of: Callable[[ChatwootAccess], ChatwootSetup],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._accounts = accounts
        self._connections = connections
        self._helpdesks = helpdesks
        self._guard = guard
        self._setup_of = setup_of

    async def connect(self, command: ConnectCommand, once: Once[Connected, A]) -> A:
        """Provisions an account's Chatwoot and stores the connection. Repeating it mends what is missing.

        The stored answer holds the webhook's secret encrypted; see `open_secret`.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidField: the address cannot be used or leads where we must not, or Chatwoot refuses what was given.
            ChatwootDenied: the token is refused or is no administrator's.
            ChatwootUnavailable: Chatwoot does not answer.
            RequestIdReused: the id came before with another input.
        """
        url = checked_url(command.chatwoot_url)
        await self._guard.check("chatwoot_url", url)
        active = await self._accounts.active(command.account_id)
        async with connection(self._pool) as conn:
            known = await self._connections.find(conn, command.account_id)
        same = known is not None and (known.chatwoot_url, known.chatwoot_account_id) == (
            url,
            command.chatwoot_account_id,
        )
        known_bot = known.bot_id if known is not None and same else 0

        async def work(finish: Finish[A]) -> A:
            setup = self._setup_of(ChatwootAccess(url, command.chatwoot_account_id, command.admin_token))
            connected, stored = await self._provision(setup, replace(command, chatwoot_url=url), active, known_bot)
            answer = once.answer(replace(connected, webhook_secret=self._connections.seal(connected.webhook_secret)))
            async with transaction(self._pool) as conn:
                await self._connections.put(conn, stored)
                await audit.note(
                    conn,
                    "connect_chatwoot",
                    command.account_id,
                    request_id=once.request.request_id,  # type: ignore[attr-defined]  # mutating requests have one
                    detail={"chatwoot_url": url, "chatwoot_account_id": command.chatwoot_account_id},
                )
                await finish(conn, answer)
            return answer

        answer = await self._idempotency.leased(once.request, once.answer_type, work)
        await self._helpdesks.renewed(command.account_id)
        return answer

    def open_secret(self, sealed: str) -> str:
        """The webhook's secret of an answer."""
        return self._connections.open(sealed)

    async def check(self, account_id: int) -> Health:
        """Tries the connection and says what to mend; changes nothing.

        Raises:
            NotConnected: there is none.
        """
        async with connection(self._pool) as conn:
            known = await self._connections.find(conn, account_id)
        if known is None:
            raise NotConnected(account_id)
        settings = (await self._accounts.active(account_id)).settings
        setup = self._setup_of(ChatwootAccess(known.chatwoot_url, known.chatwoot_account_id, known.admin_token))
        version, steps = "", []
        try:
            version = await setup.version()
            steps.append(Step("chatwoot", "found"))
            steps += await self._inspect(setup, known, settings, version)
        except (ChatwootUnavailable, ChatwootRefused):
            steps.append(
                Step(
                    "chatwoot", "missing", f"O Chatwoot em {known.chatwoot_url} não responde como esperado: confira-o."
                )
            )
        except ChatwootDenied:
            steps.append(
                Step("admin_token", "missing", "O token do administrador foi recusado: conecte a conta de novo.")
            )
        healthy = all(step.outcome != "missing" for step in steps)
        return Health(healthy, version, tuple(steps))

    async def _provision(
        self, setup: ChatwootSetup, command: ConnectCommand, active: AccountRouting, known_bot: int
    ) -> tuple[Connected, ChatwootConnection]:
        provisioner, settings = Provisioner(setup), active.settings
        try:
            version = await setup.version()
            await provisioner.check_administrator()
            await provisioner.attributes()
            await provisioner.labels()
            await provisioner.teams(settings, create_missing=command.create_missing_teams)
            await provisioner.closers(settings)
            bot = await provisioner.bot(active.clinic.assistant_name, command.bot_token, known_bot)
            webhook = await provisioner.webhook(command.webhook_url, version)
            inbox_ids = await provisioner.inboxes(bot.bot_id, command.inbox_ids)
            await provisioner.dashboard_app(command.dashboard_app_url)
        except ChatwootRefused as error:
            field_name = "chatwoot_account_id" if error.status == 404 else "chatwoot_url"
            raise InvalidField(field_name, error.message) from error
        stored = ChatwootConnection(
            account_id=command.account_id,
            chatwoot_url=command.chatwoot_url,
            chatwoot_account_id=command.chatwoot_account_id,
            admin_token=command.admin_token,
            bot_token=bot.token,
            bot_id=bot.bot_id,
            webhook_url=command.webhook_url,
            chatwoot_version=version,
        )
        connected = Connected(version, webhook.secret or "", bot.bot_id, tuple(inbox_ids), tuple(provisioner.steps))
        return connected, stored

    async def _inspect(
        self, setup: ChatwootSetup, known: ChatwootConnection, settings: RoutingSettings, version: str
    ) -> list[Step]:
        provisioner = Provisioner(setup)
        await provisioner.check_administrator()
        mend = "Conecte a conta de novo para recriar."
        steps = [Step("admin_token", "found")]
        defined = {row.attribute_key for row in await setup.attribute_definitions()}
        titles = {row.title for row in await setup.label_definitions()}
        wanted = [(f"attribute:{item.key}", item.key in defined) for item in ATTRIBUTES]
        wanted += [(f"label:{title}", title in titles) for title, _ in LABELS]
        wanted.append(("bot", not known.bot_id or is_bot_there(await setup.agent_bots(), known.bot_id)))
        hooks = {hook.url: set(hook.subscriptions) for hook in await setup.webhooks()}
        wanted.append(("webhook", hooks.get(known.webhook_url, set()) >= set(subscriptions(version))))
        steps += [Step(name, "found") if there else Step(name, "missing", mend) for name, there in wanted]
        await provisioner.teams(settings, create_missing=False)
        await provisioner.closers(settings)
        steps += provisioner.steps
        if known.bot_id:
            answered = [
                inbox.id for inbox in await setup.inboxes() if await setup.inbox_bot_id(inbox.id) == known.bot_id
            ]
            advice = "" if answered else "O robô não atende nenhuma caixa de entrada: conecte a conta de novo."
            steps.append(Step("inbox", "found" if answered else "missing", advice))
        return steps
