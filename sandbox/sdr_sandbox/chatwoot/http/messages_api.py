"""`/conversations/{id}/messages` of the account API."""

from sdr_sandbox.chatwoot.errors import UnprocessableError
from sdr_sandbox.chatwoot.http.call import Access, ApiRoute, Call
from sdr_sandbox.chatwoot.index import Actor
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.messages import Draft
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import INCOMING, OUTGOING, Conversation
from sdr_sandbox.chatwoot.witness import Creation, Look

_BASE = "/api/v1/accounts/{account_id}/conversations/{conversation_id}/messages"
_TYPES = {"incoming": INCOMING, "outgoing": OUTGOING, "0": INCOMING, "1": OUTGOING}


def draft_of(call: Call, conversation: Conversation, params: Params) -> Draft:
    """The message that a request asks for, written by its caller unless it names a bot.

    Raises:
        UnprocessableError: an unknown message type.
    """
    message_type = _TYPES.get(params.text("message_type") or "outgoing")
    if message_type is None:
        raise UnprocessableError(f"'{params.text('message_type')}' is not a valid message_type")
    additional: JsonObject = {}
    if params.mapping("template_params"):
        additional["template_params"] = params.mapping("template_params")
    attributes = params.mapping("content_attributes")
    if params.has("external_created_at"):
        attributes["external_created_at"] = params.raw("external_created_at")
    return Draft(
        params.text("content"),
        message_type,
        _sender(call, conversation, params, message_type),
        private=params.flag("private"),
        content_type=params.text("content_type") or "text",
        content_attributes=attributes,
        additional_attributes=additional,
        source_id=params.text("source_id"),
        upload=call.uploads,
    )


def _sender(call: Call, conversation: Conversation, params: Params, message_type: int) -> Actor | None:
    if message_type == INCOMING:
        return call.core.state.contacts[conversation.contact_id]
    if params.text("sender_type") == "AgentBot":
        return call.core.state.agent_bots.get(params.integer("sender_id") or 0) or call.actor
    return call.actor


def _create(call: Call) -> JsonObject:
    conversation = call.conversation()
    message = call.core.messages.create(conversation, draft_of(call, conversation, call.params))
    creation = Creation(
        message_id=message.id,
        conversation_id=conversation.id,
        requested_at=call.requested_at,
        client=call.client,
    )
    call.server.witness.creations.append(creation)
    return call.core.rest.message(message, call.params.raw("echo_id"))


def _list(call: Call) -> JsonObject:
    conversation = call.conversation()
    internal = call.params.flag("filter_internal_messages")
    before, after = call.params.integer("before"), call.params.integer("after")
    look = Look(conversation_id=conversation.id, at=call.requested_at, client=call.client)
    call.server.witness.looks.append(look)
    rows = call.core.messages.listing(conversation, before, after, filter_internal=internal)
    return call.core.rest.message_list(conversation, rows)


def _update(call: Call) -> JsonObject:
    conversation = call.conversation()
    message = call.core.messages.get(conversation, call.number("message_id"))
    inbox = call.core.context.inbox(conversation.inbox_id)
    status = call.params.text("status") or ""
    call.core.messages.update_status_by_channel(message, inbox, status, call.params.text("external_error"))
    return call.core.rest.message(message)


def _retry(call: Call) -> JsonObject:
    message = call.core.messages.get(call.conversation(), call.number("message_id"))
    call.core.messages.retry(message)
    return call.core.rest.message(message)


def _delete(call: Call) -> JsonObject:
    message = call.core.messages.get(call.conversation(), call.number("message_id"))
    call.core.messages.delete(message)
    return call.core.rest.message(message)


ROUTES = [
    ApiRoute("POST", _BASE, _create, Access.USER_OR_BOT, creates_message=True),
    ApiRoute("GET", _BASE, _list),
    ApiRoute("PATCH", _BASE + "/{message_id}", _update),
    ApiRoute("PUT", _BASE + "/{message_id}", _update),
    ApiRoute("POST", _BASE + "/{message_id}/retry", _retry),
    ApiRoute("DELETE", _BASE + "/{message_id}", _delete),
]
