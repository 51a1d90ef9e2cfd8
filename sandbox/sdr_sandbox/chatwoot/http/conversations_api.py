"""`/conversations` of the account API, except its messages."""

from sdr_sandbox.chatwoot.errors import NotFoundError, UnprocessableError
from sdr_sandbox.chatwoot.http import conversation_search as search
from sdr_sandbox.chatwoot.http.call import EMPTY, Access, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.http.messages_api import draft_of
from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue
from sdr_sandbox.chatwoot.payloads import actor_reference
from sdr_sandbox.chatwoot.records import AgentBot, ContactInbox, Conversation, Team, User
from sdr_sandbox.chatwoot.timestamps import iso_ms, parse_instant

_ALL = "/api/v1/accounts/{account_id}/conversations"
_ONE = _ALL + "/{conversation_id}"


def _create(call: Call) -> JsonObject:
    params = call.params
    fields: JsonObject = {
        "custom_attributes": params.mapping("custom_attributes"),
        "additional_attributes": params.mapping("additional_attributes"),
        "assignee_id": params.integer("assignee_id"),
        "team_id": params.integer("team_id"),
    }
    if params.text("status"):
        fields["status"] = params.text("status")
    conversation = call.core.conversations.create(_contact_inbox(call), **fields)
    message = params.nested("message")
    if message.text("content") or message.mapping("template_params"):
        call.core.messages.create(conversation, draft_of(call, conversation, message))
    return call.core.rest.conversation(conversation, call.actor)


def _contact_inbox(call: Call) -> ContactInbox:
    params, core = call.params, call.core
    source_id = params.text("source_id")
    if params.integer("inbox_id") is None:
        rows = [row for row in core.state.contact_inboxes.values() if source_id and row.source_id == source_id]
        if not rows:
            raise NotFoundError
        return rows[0]
    inbox = core.context.inbox(params.integer("inbox_id"))
    call.server.check_inbox_access(call.actor, inbox.id)
    contact_id = params.integer("contact_id")
    if contact_id is None:
        return core.contacts.find_contact_inbox(inbox, source_id)
    return core.contacts.contact_inbox(core.contacts.get(contact_id), inbox, source_id)


def _list(call: Call) -> JsonObject:
    rows = search.narrowed(call, search.visible(call))
    meta = search.counts(call, rows)
    page = search.page_of(call, search.of_assignee_type(call, rows))
    return {"data": {"meta": meta, "payload": _shown(call, page)}}


def _meta(call: Call) -> JsonObject:
    return {"meta": search.counts(call, search.narrowed(call, search.visible(call)))}


def _filter(call: Call) -> JsonObject:
    rows = search.filtered(call, search.visible(call), call.params.items("payload"))
    return {"meta": search.counts(call, rows), "payload": _shown(call, search.page_of(call, rows))}


def _shown(call: Call, rows: list[Conversation]) -> list[JsonObject]:
    return [call.core.rest.conversation(row, call.actor) for row in rows]


def _show(call: Call) -> JsonObject:
    return call.core.rest.conversation(call.conversation(), call.actor)


def _update(call: Call) -> JsonObject:
    conversation = call.conversation()
    if call.params.has("priority"):
        call.core.conversations.set_priority(conversation, call.actor, call.params.text("priority") or None)
    return call.core.rest.conversation(conversation, call.actor)


def _toggle_status(call: Call) -> JsonObject:
    conversation, core = call.conversation(), call.core
    status, bot = call.params.text("status"), call.bot
    success: bool | None = True
    if bot is not None and conversation.status == "pending" and status == "open":
        core.conversations.hand_off(conversation, bot)
        success = None
    elif status:
        until = parse_instant(call.params.text("snoozed_until") or "")
        core.conversations.set_status(conversation, call.actor, status, until)
    else:
        core.conversations.toggle_status(conversation, call.actor)
    if conversation.status == "open" and isinstance(call.actor, User) and call.actor.role == "agent":
        core.conversations.assign_user(conversation, call.actor, call.actor)
    return {
        "meta": {},
        "payload": {
            "success": success,
            "conversation_id": conversation.id,
            "current_status": conversation.status,
            "snoozed_until": iso_ms(conversation.snoozed_until),
        },
    }


def _toggle_priority(call: Call) -> Reply:
    call.core.conversations.set_priority(call.conversation(), call.actor, call.params.text("priority") or None)
    return EMPTY


def _toggle_typing(call: Call) -> Reply:
    conversation = call.conversation()
    state = call.params.text("typing_status")
    if state in ("on", "off") and call.actor is not None:
        private = call.params.flag("is_private")
        typist = actor_reference(call.actor)
        call.core.conversations.set_typing(conversation, typist, on=state == "on", is_private=private)
    return EMPTY


def _assign(call: Call) -> JsonValue:
    conversation, core, params = call.conversation(), call.core, call.params
    if params.has("assignee_id"):
        number = params.integer("assignee_id") or 0
        if params.text("assignee_type") == "AgentBot":
            bot = core.state.agent_bots.get(number)
            core.conversations.assign_bot(conversation, call.actor, bot)
            return _slim_bot(bot) if bot else None
        user = core.state.users.get(number)
        core.conversations.assign_user(conversation, call.actor, user)
        return core.rest.agent(user) if user else None
    if params.has("team_id"):
        team = core.state.teams.get(params.integer("team_id") or 0)
        core.conversations.assign_team(conversation, call.actor, team)
        return _team_row(call, team) if team else None
    return None


def _slim_bot(bot: AgentBot) -> JsonObject:
    return {"id": bot.id, "name": bot.name, "description": bot.description, "thumbnail": "", "bot_type": bot.bot_type}


def _team_row(call: Call, team: Team) -> JsonObject:
    return {
        "id": team.id,
        "name": team.name,
        "description": team.description,
        "allow_auto_assign": team.allow_auto_assign,
        "account_id": call.core.state.account.id,
        "created_at": iso_ms(team.created_at),
        "updated_at": iso_ms(team.updated_at),
    }


def _labels(call: Call) -> JsonObject:
    return {"payload": call.conversation().labels}


def _set_labels(call: Call) -> JsonObject:
    conversation = call.conversation()
    call.core.conversations.set_labels(conversation, call.actor, call.params.texts("labels"))
    return {"payload": conversation.labels}


def _custom_attributes(call: Call) -> JsonObject:
    conversation = call.conversation()
    if not isinstance(call.params.raw("custom_attributes"), dict):
        raise UnprocessableError.missing("custom_attributes")
    attributes = call.params.mapping("custom_attributes")
    call.core.conversations.set_custom_attributes(conversation, call.actor, attributes)
    return {"custom_attributes": conversation.custom_attributes}


def _update_last_seen(call: Call) -> JsonObject:
    conversation = call.conversation()
    call.core.conversations.mark_seen_by_agent(conversation, call.user)
    return call.core.rest.conversation(conversation, call.actor)


def _mute(call: Call) -> Reply:
    call.core.conversations.set_muted(call.conversation(), call.actor, muted=True)
    return EMPTY


def _unmute(call: Call) -> Reply:
    call.core.conversations.set_muted(call.conversation(), call.actor, muted=False)
    return EMPTY


def _transcript(call: Call) -> Reply:
    call.conversation()
    if not call.params.text("email"):
        return Reply({"error": "email param missing"}, 422)
    return EMPTY


ROUTES = [
    ApiRoute("GET", _ALL + "/meta", _meta),
    ApiRoute("POST", _ALL + "/filter", _filter),
    ApiRoute("GET", _ALL, _list),
    ApiRoute("POST", _ALL, _create, Access.USER_OR_BOT),
    ApiRoute("GET", _ONE, _show, Access.USER_OR_BOT),
    ApiRoute("PATCH", _ONE, _update, Access.USER_OR_BOT),
    ApiRoute("POST", _ONE + "/toggle_status", _toggle_status, Access.USER_OR_BOT),
    ApiRoute("POST", _ONE + "/toggle_priority", _toggle_priority, Access.USER_OR_BOT),
    ApiRoute("POST", _ONE + "/toggle_typing_status", _toggle_typing, Access.USER_OR_BOT),
    ApiRoute("POST", _ONE + "/assignments", _assign, Access.USER_OR_BOT),
    ApiRoute("GET", _ONE + "/labels", _labels, Access.USER_OR_BOT),
    ApiRoute("POST", _ONE + "/labels", _set_labels, Access.USER_OR_BOT),
    ApiRoute("POST", _ONE + "/custom_attributes", _custom_attributes, Access.USER_OR_BOT),
    ApiRoute("POST", _ONE + "/update_last_seen", _update_last_seen),
    ApiRoute("POST", _ONE + "/mute", _mute),
    ApiRoute("POST", _ONE + "/unmute", _unmute),
    ApiRoute("POST", _ONE + "/transcript", _transcript),
]
