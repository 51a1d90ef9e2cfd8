"""Set-up and lookup in one Chatwoot account: what connecting provisions and routing resolves names with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sdr_common.chatwoot.client import ACCOUNT, ChatwootCaller
from sdr_common.chatwoot.model import (
    Agent,
    AgentBot,
    AttributeDefinition,
    DashboardApp,
    Inbox,
    InboxBot,
    InboxList,
    Label,
    LabelList,
    Profile,
    Team,
    Version,
    Webhook,
    WebhookAnswer,
    WebhookList,
)
from sdr_common.chatwoot.transport import decode

T = TypeVar("T")

_DEFINITIONS = ACCOUNT + "/custom_attribute_definitions"
_LABELS = ACCOUNT + "/labels"
_TEAMS = ACCOUNT + "/teams"
_AGENTS = ACCOUNT + "/agents"
_INBOXES = ACCOUNT + "/inboxes"
_INBOX_BOT = ACCOUNT + "/inboxes/{inbox}/agent_bot"
_SET_BOT = ACCOUNT + "/inboxes/{inbox}/set_agent_bot"
_BOTS = ACCOUNT + "/agent_bots"
_BOT = ACCOUNT + "/agent_bots/{bot}"
_WEBHOOKS = ACCOUNT + "/webhooks"
_APPS = ACCOUNT + "/dashboard_apps"
_APP = ACCOUNT + "/dashboard_apps/{app}"
_WEBHOOK = ACCOUNT + "/webhooks/{webhook}"

CONTACT_ATTRIBUTE = 1
"""`attribute_model` of contact attributes."""


class ChatwootSetup(ChatwootCaller):
    """The calls about the account itself, with the administrator's token.

    Every method raises `ChatwootUnavailable`, `ChatwootDenied` or `ChatwootRefused`. Creating what has a
    unique key and exists is refused (422): list first.
    """

    async def version(self) -> str:
        """Chatwoot's version, such as "4.15.1"; needs no token."""
        return decode(await self.ask("GET", "/api", token=None), Version).version

    async def profile(self) -> Profile:
        """Who the administrator's token belongs to."""
        return await self._get("/api/v1/profile", Profile)

    async def attribute_definitions(self) -> list[AttributeDefinition]:
        """Definitions of contact attributes."""
        query = {"attribute_model": CONTACT_ATTRIBUTE}
        answer = await self.ask("GET", _DEFINITIONS, token=self.access.admin_token, query=query)
        return decode(answer, list[AttributeDefinition])

    async def create_attribute_definition(
        self, key: str, display_name: str, display_type: str, values: Sequence[str] = ()
    ) -> None:
        """Defines a contact attribute.

        Args:
            key: Such as "sdr_ia_score".
            display_name: What agents read.
            display_type: text, number, date, list or checkbox.
            values: The choices of a list.
        """
        body: dict[str, object] = {
            "attribute_display_name": display_name,
            "attribute_key": key,
            "attribute_model": CONTACT_ATTRIBUTE,
            "attribute_display_type": display_type,
        }
        if values:
            body["attribute_values"] = list(values)
        await self._post(_DEFINITIONS, body)

    async def label_definitions(self) -> list[Label]:
        """The account's labels."""
        return (await self._get(_LABELS, LabelList)).payload

    async def create_label(self, title: str, color: str) -> None:
        """Defines a label; the title is lower case, of letters, digits, `_` and `-`."""
        await self._post(_LABELS, {"title": title, "color": color, "show_on_sidebar": True})

    async def teams(self) -> list[Team]:
        """Teams; their names are in lower case."""
        return await self._get(_TEAMS, list[Team])

    async def create_team(self, name: str) -> Team:
        """Makes a team that does not assign by itself."""
        return decode(await self._post(_TEAMS, {"name": name, "allow_auto_assign": False}), Team)

    async def agents(self) -> list[Agent]:
        """Everybody who works in the account."""
        return await self._get(_AGENTS, list[Agent])

    async def inboxes(self) -> list[Inbox]:
        """Inboxes that the administrator may see."""
        return (await self._get(_INBOXES, InboxList)).payload

    async def inbox_bot_id(self, inbox: int) -> int | None:
        """The bot that answers an inbox; None when there is none."""
        answer = await self.ask("GET", _INBOX_BOT, token=self.access.admin_token, parts={"inbox": inbox})
        found = (decode(answer, InboxBot).agent_bot or {}).get("id")
        return found if isinstance(found, int) else None

    async def set_inbox_bot(self, inbox: int, bot: int) -> None:
        """Lets a bot answer an inbox; repeatable."""
        await self._post(_SET_BOT, {"agent_bot": bot}, {"inbox": inbox})

    async def agent_bots(self) -> list[AgentBot]:
        """The account's bots, and the installation's."""
        return await self._get(_BOTS, list[AgentBot])

    async def agent_bot(self, bot: int) -> AgentBot:
        """One bot, with its token."""
        return decode(await self.ask("GET", _BOT, token=self.access.admin_token, parts={"bot": bot}), AgentBot)

    async def create_agent_bot(self, name: str, description: str) -> AgentBot:
        """Makes a bot without an outgoing address: it writes and never listens. Names are not unique."""
        return decode(await self._post(_BOTS, {"name": name, "description": description}), AgentBot)

    async def webhooks(self) -> list[Webhook]:
        """The account's webhooks."""
        return (await self._get(_WEBHOOKS, WebhookList)).payload.webhooks

    async def create_webhook(self, url: str, subscriptions: Sequence[str]) -> Webhook:
        """Makes a webhook; the address is unique in the account."""
        body = {"url": url, "subscriptions": list(subscriptions)}
        return decode(await self._post(_WEBHOOKS, body), WebhookAnswer).payload.webhook

    async def update_webhook(self, webhook: int, url: str, subscriptions: Sequence[str]) -> Webhook:
        """Changes what a webhook is told."""
        body = {"url": url, "subscriptions": list(subscriptions)}
        answer = await self.ask("PATCH", _WEBHOOK, token=self.access.admin_token, body=body, parts={"webhook": webhook})
        return decode(answer, WebhookAnswer).payload.webhook

    async def dashboard_apps(self) -> list[DashboardApp]:
        """Tabs beside conversations."""
        return await self._get(_APPS, list[DashboardApp])

    async def create_dashboard_app(self, title: str, url: str) -> None:
        """Makes a tab; titles are not unique: list first."""
        await self._post(_APPS, {"title": title, "content": [{"type": "frame", "url": url}]})

    async def update_dashboard_app(self, app: int, title: str, url: str) -> None:
        """Changes what a tab shows."""
        body = {"title": title, "content": [{"type": "frame", "url": url}]}
        await self.ask("PATCH", _APP, token=self.access.admin_token, body=body, parts={"app": app})

    async def _get(self, template: str, kind: type[T]) -> T:
        return decode(await self.ask("GET", template, token=self.access.admin_token), kind)

    async def _post(self, template: str, body: Mapping[str, object], parts: Mapping[str, int] | None = None) -> bytes:
        return await self.ask("POST", template, token=self.access.admin_token, body=body, parts=parts)
