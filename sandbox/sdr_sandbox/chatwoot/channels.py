"""Inboxes, agent bots and account webhooks: where messages come in and where events go out."""

from urllib.parse import urlsplit

from sdr_sandbox.chatwoot.context import Context, new_token
from sdr_sandbox.chatwoot.errors import NotFoundError, RecordInvalidError
from sdr_sandbox.chatwoot.events import SUBSCRIBABLE
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import AgentBot, Inbox, Webhook

_INBOX_TEXTS = ("name", "greeting_message", "timezone")
_INBOX_FLAGS = (
    *("greeting_enabled", "csat_survey_enabled", "enable_auto_assignment"),
    *("lock_to_single_conversation", "allow_messages_after_resolved"),
)
_CHANNEL_TYPES = {
    "api": "Channel::Api",
    "web_widget": "Channel::WebWidget",
    "telegram": "Channel::Telegram",
    "whatsapp": "Channel::Whatsapp",
    "sms": "Channel::Sms",
    "email": "Channel::Email",
    "line": "Channel::Line",
}


class Channels:
    """Inboxes, bots and webhooks of the account."""

    def __init__(self, context: Context) -> None:
        self._state = context.state
        self._index = context.index
        self._inbox_by_identifier = {inbox.identifier: inbox.id for inbox in self._state.inboxes.values()}

    def inbox_by_identifier(self, identifier: str) -> Inbox:
        """The API inbox with a public identifier.

        Raises:
            NotFoundError: there is none.
        """
        number = self._inbox_by_identifier.get(identifier)
        inbox = self._state.inboxes.get(number or 0)
        if inbox is None or inbox.channel_type != "Channel::Api":
            raise NotFoundError
        return inbox

    def create_inbox(self, params: Params, *, identifier: str | None = None) -> Inbox:
        """Create an inbox from `name` and `channel: {type, webhook_url, …}`.

        Raises:
            RecordInvalidError: no name, an unknown channel type or a webhook address that is not http(s).
        """
        channel = params.nested("channel")
        channel_type = _CHANNEL_TYPES.get(channel.text("type") or "")
        if not params.text("name"):
            raise RecordInvalidError("Name can't be blank", ["name"])
        if channel_type is None:
            raise RecordInvalidError("Channel type is not included in the list", ["channel_type"])
        inbox = Inbox(
            id=self._state.next_id("inbox"),
            name=params.text("name") or "",
            channel_type=channel_type,
            identifier=identifier or new_token(),
            secret=new_token(),
            hmac_token=new_token(),
        )
        self.update_inbox(inbox, params)
        self._state.inboxes[inbox.id] = inbox
        self._inbox_by_identifier[inbox.identifier] = inbox.id
        return inbox

    def update_inbox(self, inbox: Inbox, params: Params) -> Inbox:
        """Change the sent fields of an inbox and of its channel.

        Raises:
            RecordInvalidError: a webhook address that is not http(s).
        """
        channel = params.nested("channel")
        if channel.has("webhook_url"):
            url = channel.text("webhook_url") or None
            if url is not None:
                _check_url(url, "webhook_url")
            inbox.webhook_url = url
        if channel.has("hmac_mandatory"):
            inbox.hmac_mandatory = channel.flag("hmac_mandatory")
        if channel.has("additional_attributes"):
            inbox.additional_attributes = channel.mapping("additional_attributes")
        for name in _INBOX_TEXTS:
            if params.text(name) is not None:
                setattr(inbox, name, params.text(name))
        for name in _INBOX_FLAGS:
            if params.has(name):
                setattr(inbox, name, params.flag(name))
        return inbox

    def delete_inbox(self, inbox: Inbox) -> None:
        """Delete an inbox that has no conversation yet; one that has keeps its rows and is only closed."""
        self._inbox_by_identifier.pop(inbox.identifier, None)
        if not any(row.inbox_id == inbox.id for row in self._state.contact_inboxes.values()):
            del self._state.inboxes[inbox.id]

    def get_bot(self, bot_id: int | None) -> AgentBot:
        """An agent bot by id.

        Raises:
            NotFoundError: there is none.
        """
        found = self._state.agent_bots.get(bot_id or 0)
        if found is None:
            raise NotFoundError
        return found

    def create_bot(self, params: Params) -> AgentBot:
        """Create an agent bot; names need not be unique.

        Raises:
            RecordInvalidError: no name.
        """
        if not params.text("name"):
            raise RecordInvalidError("Name can't be blank", ["name"])
        bot = AgentBot(
            id=self._state.next_id("agent_bot"),
            name=params.text("name") or "",
            access_token=new_token(),
            secret=new_token(),
        )
        self.update_bot(bot, params)
        self._state.agent_bots[bot.id] = bot
        self._index.actor_by_token[bot.access_token] = bot
        return bot

    def update_bot(self, bot: AgentBot, params: Params) -> AgentBot:
        """Change the sent fields of a bot."""
        if params.text("name"):
            bot.name = params.text("name") or bot.name
        for name in ("description", "outgoing_url"):
            if params.has(name):
                setattr(bot, name, params.text(name))
        if params.has("bot_config"):
            bot.bot_config = params.mapping("bot_config")
        return bot

    def delete_bot(self, bot: AgentBot) -> None:
        """Delete a bot and unlink it from inboxes and conversations."""
        del self._state.agent_bots[bot.id]
        self._index.actor_by_token.pop(bot.access_token, None)
        for inbox in self._state.inboxes.values():
            if inbox.agent_bot_id == bot.id:
                inbox.agent_bot_id = None
        for conversation in self._state.conversations.values():
            if conversation.assignee_agent_bot_id == bot.id:
                conversation.assignee_agent_bot_id = None

    def renew_bot_token(self, bot: AgentBot) -> None:
        """Give a bot another access token; the old one is refused from now on."""
        self._index.actor_by_token.pop(bot.access_token, None)
        bot.access_token = new_token()
        self._index.actor_by_token[bot.access_token] = bot

    def get_webhook(self, webhook_id: int) -> Webhook:
        """An account webhook by id.

        Raises:
            NotFoundError: there is none.
        """
        found = self._state.webhooks.get(webhook_id)
        if found is None:
            raise NotFoundError
        return found

    def create_webhook(self, params: Params) -> Webhook:
        """Subscribe an address to events.

        Raises:
            RecordInvalidError: a bad or taken address, or an unknown event.
        """
        webhook = Webhook(
            id=self._state.next_id("webhook"),
            url="",
            subscriptions=list(SUBSCRIBABLE[:8]),
            secret=new_token(),
            inbox_id=params.integer("inbox_id"),
        )
        if not params.text("url"):
            raise RecordInvalidError("Url is invalid", ["url"])
        self.update_webhook(webhook, params)
        self._state.webhooks[webhook.id] = webhook
        return webhook

    def update_webhook(self, webhook: Webhook, params: Params) -> Webhook:
        """Change the sent fields of a webhook.

        Raises:
            RecordInvalidError: a bad or taken address, or an unknown event.
        """
        url = params.text("url") or webhook.url
        _check_url(url, "url")
        if any(row.url == url and row.id != webhook.id for row in self._state.webhooks.values()):
            raise RecordInvalidError("Url has already been taken", ["url"])
        subscriptions = params.texts("subscriptions") if params.has("subscriptions") else webhook.subscriptions
        if not subscriptions or any(name not in SUBSCRIBABLE for name in subscriptions):
            raise RecordInvalidError("Subscriptions Invalid events", ["subscriptions"])
        webhook.url, webhook.subscriptions = url, subscriptions
        if params.has("name"):
            webhook.name = params.text("name")
        return webhook

    def bot_of(self, inbox: Inbox) -> JsonObject | None:
        """The bot linked to an inbox in slim form."""
        bot = self._state.agent_bots.get(inbox.agent_bot_id or 0)
        return {"id": bot.id, "name": bot.name} if bot else None


def _check_url(url: str, field: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RecordInvalidError(f"{field.replace('_', ' ').capitalize()} is invalid", [field])
