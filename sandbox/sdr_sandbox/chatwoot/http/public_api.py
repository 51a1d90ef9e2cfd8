"""The public inbox API: what WAHA, the phone page and any client of an API inbox speak; no token."""

from sdr_sandbox.chatwoot.errors import NotFoundError, UnprocessableError
from sdr_sandbox.chatwoot.http.call import EMPTY, Access, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.messages import Draft
from sdr_sandbox.chatwoot.payloads import actor_reference
from sdr_sandbox.chatwoot.records import INCOMING, Contact, ContactInbox, Conversation, CsatResponse, Inbox
from sdr_sandbox.chatwoot.rest_views import public_contact

_INBOX = "/public/api/v1/inboxes/{inbox_identifier}"
_CONTACT = _INBOX + "/contacts/{source_id}"
_CONVERSATION = _CONTACT + "/conversations/{conversation_id}"
_MESSAGES = _CONVERSATION + "/messages"
_SURVEY = "/public/api/v1/csat_survey/{uuid}"


def _inbox(call: Call) -> Inbox:
    return call.core.channels.inbox_by_identifier(call.path["inbox_identifier"])


def _address(call: Call) -> ContactInbox:
    return call.core.contacts.find_contact_inbox(_inbox(call), call.path["source_id"])


def _contact(call: Call) -> Contact:
    return call.core.contacts.get(_address(call).contact_id)


def _conversation(call: Call) -> Conversation:
    found = call.core.context.conversation(call.number("conversation_id"))
    if found.contact_inbox_id != _address(call).id:
        raise NotFoundError
    return found


def _show_inbox(call: Call) -> JsonObject:
    return call.core.public.inbox(_inbox(call))


def _create_contact(call: Call) -> JsonObject:
    row = call.core.contacts.find_or_create(_inbox(call), call.params)
    return public_contact(call.core.contacts.get(row.contact_id), row)


def _show_contact(call: Call) -> JsonObject:
    return public_contact(_contact(call), _address(call))


def _update_contact(call: Call) -> JsonObject:
    return call.core.public.contact_record(call.core.contacts.update(_contact(call), call.params))


def _create_conversation(call: Call) -> JsonObject:
    attributes = call.params.mapping("custom_attributes")
    conversation = call.core.conversations.create(_address(call), custom_attributes=attributes)
    return call.core.public.conversation(conversation)


def _conversations(call: Call) -> list[JsonObject]:
    address = _address(call)
    rows = call.core.index.conversations(call.core.contacts.get(address.contact_id))
    return [call.core.public.conversation(row) for row in rows if row.contact_inbox_id == address.id]


def _show_conversation(call: Call) -> JsonObject:
    return call.core.public.conversation(_conversation(call))


def _resolve(call: Call) -> JsonObject:
    conversation = _conversation(call)
    if conversation.status != "resolved":
        call.core.conversations.set_status(conversation, _contact(call), "resolved")
    return call.core.public.conversation(conversation)


def _toggle_typing(call: Call) -> Reply:
    state = call.params.text("typing_status")
    conversation = _conversation(call)
    if state in ("on", "off"):
        typist = actor_reference(_contact(call))
        call.core.conversations.set_typing(conversation, typist, on=state == "on", is_private=False)
    return EMPTY


def _update_last_seen(call: Call) -> Reply:
    call.core.messages.mark_read_by_contact(_conversation(call))
    return EMPTY


def _create_message(call: Call) -> JsonObject:
    conversation = _conversation(call)
    draft = Draft(
        call.params.text("content"),
        INCOMING,
        _contact(call),
        content_attributes=call.params.mapping("content_attributes"),
        source_id=None,
        upload=call.uploads,
    )
    if not draft.content and not draft.upload:
        raise UnprocessableError("Validation failed: Content can't be blank")
    body = call.core.public.message(call.core.messages.create(conversation, draft))
    if call.params.has("echo_id"):
        body["echo_id"] = call.params.raw("echo_id")
    return body


def _messages(call: Call) -> list[JsonObject]:
    conversation = _conversation(call)
    before, after = call.params.integer("before"), call.params.integer("after")
    rows = call.core.messages.listing(conversation, before, after, filter_internal=True)
    return [call.core.public.message(row) for row in rows]


def _update_message(call: Call) -> JsonObject:
    message = call.core.messages.get(_conversation(call), call.number("message_id"))
    call.core.messages.submit_values(message, call.params.mapping("submitted_values"))
    return call.core.public.message(message)


def _surveyed(call: Call) -> Conversation:
    for conversation in call.core.state.conversations.values():
        if conversation.uuid == call.path["uuid"]:
            return conversation
    raise NotFoundError


def _show_survey(call: Call) -> JsonObject:
    conversation = _surveyed(call)
    rows = call.core.state.csat_responses.values()
    answer = next((row for row in rows if row.conversation_id == conversation.id), None)
    return {
        "id": answer.message_id if answer else None,
        "csat_survey_response": {"rating": answer.rating, "feedback_message": answer.feedback_message}
        if answer
        else None,
        "inbox_name": call.core.state.inboxes[conversation.inbox_id].name,
        "conversation_id": conversation.id,
        "content": next(
            (row.content for row in call.core.index.messages(conversation) if row.content_type == "input_csat"), None
        ),
    }


def _answer_survey(call: Call) -> JsonObject:
    conversation, core = _surveyed(call), call.core
    surveys = [row for row in core.index.messages(conversation) if row.content_type == "input_csat"]
    values = call.params.nested("message").nested("submitted_values").nested("csat_survey_response")
    rating = values.integer("rating")
    if not surveys or rating is None or not 1 <= rating <= 5:
        raise UnprocessableError("Validation failed: Rating is not included in the list")
    core.messages.submit_values(surveys[-1], {"csat_survey_response": values.data})
    known = next((row for row in core.state.csat_responses.values() if row.conversation_id == conversation.id), None)
    number = known.id if known else core.state.next_id("csat_response")
    core.state.csat_responses[number] = CsatResponse(
        id=number,
        rating=rating,
        feedback_message=values.text("feedback_message"),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        message_id=surveys[-1].id,
        assigned_agent_id=conversation.assignee_id,
        created_at=core.clock(),
    )
    return _show_survey(call)


_OPEN = Access.OPEN
ROUTES = [
    ApiRoute("GET", _INBOX, _show_inbox, _OPEN),
    ApiRoute("POST", _INBOX + "/contacts", _create_contact, _OPEN),
    ApiRoute("GET", _CONTACT, _show_contact, _OPEN),
    ApiRoute("PATCH", _CONTACT, _update_contact, _OPEN),
    ApiRoute("PUT", _CONTACT, _update_contact, _OPEN),
    ApiRoute("GET", _CONTACT + "/conversations", _conversations, _OPEN),
    ApiRoute("POST", _CONTACT + "/conversations", _create_conversation, _OPEN),
    ApiRoute("GET", _CONVERSATION, _show_conversation, _OPEN),
    ApiRoute("POST", _CONVERSATION + "/toggle_status", _resolve, _OPEN),
    ApiRoute("POST", _CONVERSATION + "/toggle_typing", _toggle_typing, _OPEN),
    ApiRoute("POST", _CONVERSATION + "/update_last_seen", _update_last_seen, _OPEN),
    ApiRoute("GET", _MESSAGES, _messages, _OPEN),
    ApiRoute("POST", _MESSAGES, _create_message, _OPEN),
    ApiRoute("PATCH", _MESSAGES + "/{message_id}", _update_message, _OPEN),
    ApiRoute("GET", _SURVEY, _show_survey, _OPEN),
    ApiRoute("PATCH", _SURVEY, _answer_survey, _OPEN),
    ApiRoute("PUT", _SURVEY, _answer_survey, _OPEN),
]
