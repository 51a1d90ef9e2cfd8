"""Inboxes, agent bots and webhooks of the account API."""

from sdr_sandbox.chatwoot.context import new_token
from sdr_sandbox.chatwoot.errors import NotFoundError
from sdr_sandbox.chatwoot.http.call import EMPTY, Access, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import AgentBot, Inbox, User, Webhook

_ACCOUNT = "/api/v1/accounts/{account_id}"
_INBOX = _ACCOUNT + "/inboxes/{inbox_id}"
_BOT = _ACCOUNT + "/agent_bots/{bot_id}"
_WEBHOOK = _ACCOUNT + "/webhooks/{webhook_id}"


def _is_administrator(call: Call) -> bool:
    return isinstance(call.actor, User) and call.actor.role == "administrator"


def _inbox_json(call: Call, inbox: Inbox) -> JsonObject:
    body: JsonObject = {
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.id,
        "name": inbox.name,
        "channel_type": inbox.channel_type,
        "greeting_enabled": inbox.greeting_enabled,
        "greeting_message": inbox.greeting_message,
        "working_hours_enabled": False,
        "enable_email_collect": True,
        "csat_survey_enabled": inbox.csat_survey_enabled,
        "csat_config": {},
        "enable_auto_assignment": inbox.enable_auto_assignment,
        "auto_assignment_config": {},
        "out_of_office_message": None,
        "working_hours": [],
        "timezone": inbox.timezone,
        "callback_webhook_url": None,
        "allow_messages_after_resolved": inbox.allow_messages_after_resolved,
        "lock_to_single_conversation": inbox.lock_to_single_conversation,
        "sender_name_type": "friendly",
        "business_name": None,
        "provider": None,
    }
    if inbox.channel_type == "Channel::Api":
        body |= {
            "hmac_mandatory": inbox.hmac_mandatory,
            "webhook_url": inbox.webhook_url,
            "inbox_identifier": inbox.identifier,
            "additional_attributes": inbox.additional_attributes,
        }
        if _is_administrator(call):
            body |= {"hmac_token": inbox.hmac_token, "secret": inbox.secret}
    return body


def _inbox(call: Call) -> Inbox:
    inbox = call.core.context.inbox(call.number("inbox_id"))
    call.server.check_inbox_access(call.actor, inbox.id)
    return inbox


def _inboxes(call: Call) -> JsonObject:
    rows = list(call.core.state.inboxes.values())
    if not _is_administrator(call):
        rows = [row for row in rows if call.user.id in row.member_ids]
    return {"payload": [_inbox_json(call, row) for row in rows]}


def _show_inbox(call: Call) -> JsonObject:
    return _inbox_json(call, _inbox(call))


def _create_inbox(call: Call) -> JsonObject:
    return _inbox_json(call, call.core.channels.create_inbox(call.params))


def _update_inbox(call: Call) -> JsonObject:
    return _inbox_json(call, call.core.channels.update_inbox(_inbox(call), call.params))


def _delete_inbox(call: Call) -> JsonObject:
    call.core.channels.delete_inbox(_inbox(call))
    return {"message": "Your inbox deletion request will be processed in some time."}


def _reset_inbox_secret(call: Call) -> JsonObject:
    inbox = _inbox(call)
    if inbox.channel_type != "Channel::Api":
        raise NotFoundError
    inbox.secret = new_token()
    return _inbox_json(call, inbox)


def _inbox_bot(call: Call) -> JsonObject:
    bot = call.core.state.agent_bots.get(_inbox(call).agent_bot_id or 0)
    return {"agent_bot": _bot_json(call, bot) if bot else {}}


def _set_inbox_bot(call: Call) -> Reply:
    inbox = _inbox(call)
    number = call.params.integer("agent_bot")
    inbox.agent_bot_id = call.core.channels.get_bot(number).id if number is not None else None
    return EMPTY


def _bot_json(call: Call, bot: AgentBot) -> JsonObject:
    body: JsonObject = {
        "id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "thumbnail": "",
        "outgoing_url": bot.outgoing_url,
        "bot_type": bot.bot_type,
        "bot_config": bot.bot_config,
        "account_id": call.core.state.account.id,
        "access_token": bot.access_token,
        "system_bot": False,
    }
    if _is_administrator(call):
        body["secret"] = bot.secret
    return body


def _bot(call: Call) -> AgentBot:
    return call.core.channels.get_bot(call.number("bot_id"))


def _bots(call: Call) -> list[JsonObject]:
    return [_bot_json(call, bot) for bot in call.core.state.agent_bots.values()]


def _show_bot(call: Call) -> JsonObject:
    return _bot_json(call, _bot(call))


def _bot_params(call: Call) -> Params:
    return call.params.nested("agent_bot") if isinstance(call.params.raw("agent_bot"), dict) else call.params


def _create_bot(call: Call) -> JsonObject:
    return _bot_json(call, call.core.channels.create_bot(_bot_params(call)))


def _update_bot(call: Call) -> JsonObject:
    return _bot_json(call, call.core.channels.update_bot(_bot(call), _bot_params(call)))


def _delete_bot(call: Call) -> Reply:
    call.core.channels.delete_bot(_bot(call))
    return EMPTY


def _reset_bot_token(call: Call) -> JsonObject:
    call.core.channels.renew_bot_token(_bot(call))
    return _bot_json(call, _bot(call))


def _reset_bot_secret(call: Call) -> JsonObject:
    bot = _bot(call)
    bot.secret = new_token()
    return _bot_json(call, bot)


def _webhook_json(call: Call, webhook: Webhook) -> JsonObject:
    body: JsonObject = {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "account_id": call.core.state.account.id,
        "subscriptions": webhook.subscriptions,
        "secret": webhook.secret,
    }
    inbox = call.core.state.inboxes.get(webhook.inbox_id or 0)
    if inbox is not None:
        body["inbox"] = {"id": inbox.id, "name": inbox.name}
    return body


def _webhook_params(call: Call) -> Params:
    return call.params.nested("webhook") if isinstance(call.params.raw("webhook"), dict) else call.params


def _webhooks(call: Call) -> JsonObject:
    return {"payload": {"webhooks": [_webhook_json(call, row) for row in call.core.state.webhooks.values()]}}


def _create_webhook(call: Call) -> JsonObject:
    webhook = call.core.channels.create_webhook(_webhook_params(call))
    return {"payload": {"webhook": _webhook_json(call, webhook)}}


def _update_webhook(call: Call) -> JsonObject:
    webhook = call.core.channels.get_webhook(call.number("webhook_id"))
    call.core.channels.update_webhook(webhook, _webhook_params(call))
    return {"payload": {"webhook": _webhook_json(call, webhook)}}


def _delete_webhook(call: Call) -> Reply:
    webhook = call.core.channels.get_webhook(call.number("webhook_id"))
    del call.core.state.webhooks[webhook.id]
    return EMPTY


ROUTES = [
    ApiRoute("GET", _ACCOUNT + "/inboxes", _inboxes),
    ApiRoute("POST", _ACCOUNT + "/inboxes", _create_inbox, Access.ADMINISTRATOR),
    ApiRoute("GET", _INBOX, _show_inbox),
    ApiRoute("PATCH", _INBOX, _update_inbox, Access.ADMINISTRATOR),
    ApiRoute("DELETE", _INBOX, _delete_inbox, Access.ADMINISTRATOR),
    ApiRoute("POST", _INBOX + "/reset_secret", _reset_inbox_secret, Access.ADMINISTRATOR),
    ApiRoute("GET", _INBOX + "/agent_bot", _inbox_bot),
    ApiRoute("POST", _INBOX + "/set_agent_bot", _set_inbox_bot, Access.ADMINISTRATOR),
    ApiRoute("GET", _ACCOUNT + "/agent_bots", _bots),
    ApiRoute("POST", _ACCOUNT + "/agent_bots", _create_bot, Access.ADMINISTRATOR),
    ApiRoute("GET", _BOT, _show_bot),
    ApiRoute("PATCH", _BOT, _update_bot, Access.ADMINISTRATOR),
    ApiRoute("DELETE", _BOT, _delete_bot, Access.ADMINISTRATOR),
    ApiRoute("POST", _BOT + "/reset_access_token", _reset_bot_token, Access.ADMINISTRATOR),
    ApiRoute("POST", _BOT + "/reset_secret", _reset_bot_secret, Access.ADMINISTRATOR),
    ApiRoute("GET", _ACCOUNT + "/webhooks", _webhooks, Access.ADMINISTRATOR),
    ApiRoute("POST", _ACCOUNT + "/webhooks", _create_webhook, Access.ADMINISTRATOR),
    ApiRoute("PATCH", _WEBHOOK, _update_webhook, Access.ADMINISTRATOR),
    ApiRoute("PUT", _WEBHOOK, _update_webhook, Access.ADMINISTRATOR),
    ApiRoute("DELETE", _WEBHOOK, _delete_webhook, Access.ADMINISTRATOR),
]
