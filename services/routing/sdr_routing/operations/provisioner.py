"""Brings one Chatwoot account into the state that the product needs: lists first, makes nothing twice."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from sdr_common.chatwoot import ChatwootDenied, ChatwootRefused, ChatwootSetup
from sdr_common.chatwoot.model import AgentBot, Inbox, Webhook
from sdr_common.errors import InvalidField
from sdr_routing.domain.provisioning import ATTRIBUTES, LABELS, answers_channel, signs_webhooks, subscriptions
from sdr_routing.domain.settings import RoutingSettings

_EXISTS = 422
_TAB = "Lead (SDR)"
"""What agents read on the tab."""
_BOT_DESCRIPTION = "Assistente virtual que qualifica os leads."


@dataclass(frozen=True, slots=True)
class Step:
    """One step and what became of it."""

    name: str
    """bot, webhook, dashboard_app, attribute:<key>, label:<title>, team:<name>, inbox:<id>…"""
    outcome: str
    """created, found, updated or missing."""
    advice: str = ""
    """What to do, in Portuguese, when something is missing."""


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot that writes."""

    bot_id: int
    """0: unknown."""
    token: str


class Provisioner:
    """The steps of connecting, each repeatable.

    Args:
        setup: The account's set-up calls.
    """

    def __init__(self, setup: ChatwootSetup) -> None:
        self._setup = setup
        self.steps: list[Step] = []

    async def check_administrator(self) -> None:
        """Makes sure that the token is an administrator's of this account.

        Raises:
            ChatwootDenied: it is not.
        """
        profile = await self._setup.profile()
        role = next((row.role for row in profile.accounts if row.id == self._setup.access.account_id), None)
        if role != "administrator":
            raise ChatwootDenied(
                f"the token is not an administrator's of account {self._setup.access.account_id}", status=403
            )

    async def attributes(self) -> None:
        """Defines the contact attributes that are missing."""
        known = {row.attribute_key for row in await self._setup.attribute_definitions()}
        for item in ATTRIBUTES:
            create = (
                self._setup.create_attribute_definition(item.key, item.display_name, item.display_type, item.values)
                if item.key not in known
                else None
            )
            await self._found_or_created(f"attribute:{item.key}", create)

    async def labels(self) -> None:
        """Defines the labels that are missing."""
        known = {row.title for row in await self._setup.label_definitions()}
        for title, color in LABELS:
            create = self._setup.create_label(title, color) if title not in known else None
            await self._found_or_created(f"label:{title}", create)

    async def teams(self, settings: RoutingSettings, *, create_missing: bool) -> None:
        """Looks for the teams that the settings name, and makes the missing ones if wanted."""
        known = {team.name.lower() for team in await self._setup.teams()}
        for name in settings.team_names:
            if name.lower() in known:
                self._add(f"team:{name}", "found")
            elif create_missing:
                await self._setup.create_team(name)
                self._add(f"team:{name}", "created")
            else:
                self._add(
                    f"team:{name}", "missing", f"Crie o time “{name}” no Chatwoot ou mude as regras de distribuição."
                )

    async def closers(self, settings: RoutingSettings) -> None:
        """Looks for the closers among the agents."""
        if not settings.closers:
            return
        known = {(agent.email or "").casefold() for agent in await self._setup.agents()}
        for number, closer in enumerate(settings.closers):
            name = f"closer:{number}"
            if closer.email.casefold() in known:
                self._add(name, "found")
            else:
                self._add(
                    name,
                    "missing",
                    f"O e-mail de {closer.name} não é de nenhum agente do Chatwoot: convide ou corrija.",
                )

    async def bot(self, name: str, own_token: str, known_id: int) -> Bot:
        """Finds the bot by token, by id or by name, or makes it.

        Raises:
            ChatwootDenied: Chatwoot does not show the bot's token.
        """
        bots = await self._setup.agent_bots()
        if own_token:
            own = next((bot for bot in bots if bot.access_token == own_token), None)
            self._add("bot", "found")
            return Bot(own.id if own is not None else known_id, own_token)
        found = next((bot for bot in bots if bot.id == known_id), None) or next(
            (bot for bot in bots if (bot.name or "").strip() == name.strip()), None
        )
        outcome = "found"
        if found is None:
            found = await self._setup.create_agent_bot(name, _BOT_DESCRIPTION)
            outcome = "created"
        if not found.access_token:
            found = await self._setup.agent_bot(found.id)
        if not found.access_token:
            raise ChatwootDenied("it does not show the bot's token; give the bot's token yourself", status=403)
        self._add("bot", outcome)
        return Bot(found.id, found.access_token)

    async def webhook(self, url: str, version: str) -> Webhook:
        """Makes the webhook, or mends what it is told."""
        wanted = subscriptions(version)
        found = next((hook for hook in await self._setup.webhooks() if hook.url == url), None)
        if found is None:
            found = await self._setup.create_webhook(url, wanted)
            self._add("webhook", "created")
        elif set(found.subscriptions) >= set(wanted):
            self._add("webhook", "found")
        else:
            updated = await self._setup.update_webhook(found.id, url, wanted)
            found = updated if updated.secret else found
            self._add("webhook", "updated")
        if not found.secret and signs_webhooks(version):
            self._add(
                "webhook_secret",
                "missing",
                "O Chatwoot não informou o segredo do webhook: apague o webhook e conecte de novo.",
            )
        return found

    async def dashboard_app(self, url: str) -> None:
        """Shows the panel's page of a lead as a tab beside conversations, once.

        Args:
            url: The page; empty: no tab is wanted.
        """
        if not url:
            return
        apps = await self._setup.dashboard_apps()
        if any(url in app.urls for app in apps):
            self._add("dashboard_app", "found")
            return
        own = next((app for app in apps if app.title == _TAB), None)
        if own is None:
            await self._setup.create_dashboard_app(_TAB, url)
            self._add("dashboard_app", "created")
        else:
            await self._setup.update_dashboard_app(own.id, _TAB, url)
            self._add("dashboard_app", "updated")

    async def inboxes(self, bot_id: int, wanted: Sequence[int]) -> list[int]:
        """Lets the bot answer the named inboxes, or every API and WhatsApp one that no other bot answers.

        Raises:
            InvalidField: a named inbox does not exist.
        """
        inboxes = {inbox.id: inbox for inbox in await self._setup.inboxes()}
        unknown = [number for number in wanted if number not in inboxes]
        if unknown:
            raise InvalidField("inbox_ids", f"Chatwoot has no inbox {unknown[0]}", value=unknown[0])
        chosen = [inboxes[number] for number in dict.fromkeys(wanted)] or [
            inbox for inbox in inboxes.values() if answers_channel(inbox.channel_type or "")
        ]
        if not chosen:
            self._add(
                "inbox", "missing", "Crie uma caixa de entrada do WhatsApp (tipo API) no Chatwoot e conecte de novo."
            )
        if not bot_id:
            self._add("inbox", "missing", "Vincule o robô às caixas de entrada no Chatwoot: não sabemos qual robô é.")
            return []
        return [inbox.id for inbox in chosen if await self._inbox(inbox, bot_id, is_named=inbox.id in wanted)]

    async def _inbox(self, inbox: Inbox, bot_id: int, *, is_named: bool) -> bool:
        current = await self._setup.inbox_bot_id(inbox.id)
        name = f"inbox:{inbox.id}"
        if current == bot_id:
            self._add(name, "found")
            return True
        if current is not None and not is_named:
            self._add(
                name, "missing", f"Outro robô já atende a caixa {inbox.name}: informe-a em inbox_ids para trocar."
            )
            return False
        await self._setup.set_inbox_bot(inbox.id, bot_id)
        self._add(name, "created" if current is None else "updated")
        return True

    async def _found_or_created(self, name: str, create: Awaitable[None] | None) -> None:
        if create is None:
            self._add(name, "found")
            return
        try:
            await create
        except ChatwootRefused as error:
            if error.status != _EXISTS:
                raise
            self._add(name, "found")  # made by somebody else since it was listed
        else:
            self._add(name, "created")

    def _add(self, name: str, outcome: str, advice: str = "") -> None:
        self.steps.append(Step(name, outcome, advice))


def is_bot_there(bots: Sequence[AgentBot], bot_id: int) -> bool:
    """Whether the bot of a connection still exists."""
    return any(bot.id == bot_id for bot in bots)
