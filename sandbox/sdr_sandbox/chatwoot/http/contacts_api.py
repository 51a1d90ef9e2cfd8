"""`/contacts`, contact merging and contact inboxes of the account API."""

from functools import partial

from sdr_sandbox.chatwoot.errors import UnprocessableError
from sdr_sandbox.chatwoot.http.call import EMPTY, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.http.conversation_search import meets
from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import Contact, Note
from sdr_sandbox.chatwoot.timestamps import iso_ms

_ALL = "/api/v1/accounts/{account_id}/contacts"
_ONE = _ALL + "/{contact_id}"
PAGE = 15


def _contact(call: Call) -> Contact:
    return call.core.contacts.get(call.number("contact_id"))


def _shown(call: Call, contact: Contact) -> JsonObject:
    return call.core.rest.contact(contact, with_inboxes=True)


def _known(call: Call) -> list[Contact]:
    """Contacts with an e-mail, phone or identifier, the only ones that lists and filters cover; newest active first."""
    rows = [row for row in call.core.state.contacts.values() if row.email or row.phone_number or row.identifier]
    return sorted(rows, key=lambda row: row.last_activity_at or row.created_at, reverse=True)


def _page(call: Call, rows: list[Contact], *, with_more: bool = False) -> JsonObject:
    page = max(call.params.integer("page") or 1, 1)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    meta: JsonObject = {"count": len(rows), "current_page": page}
    if with_more:
        meta["has_more"] = len(rows) > page * PAGE
    return {"meta": meta, "payload": [_shown(call, row) for row in shown]}


def _list(call: Call) -> JsonObject:
    return _page(call, _known(call))


def _search(call: Call) -> Reply | JsonObject:
    text = (call.params.text("q") or "").strip().lower()
    if not text:
        return Reply({"error": "Specify search string with parameter q"}, 422)
    rows = [
        row
        for row in _known(call)
        if any(text in (value or "").lower() for value in (row.name, row.email, row.phone_number, row.identifier))
    ]
    return _page(call, rows, with_more=True)


def _filter(call: Call) -> JsonObject:
    conditions = [_normalised(item) for item in call.params.items("payload") if isinstance(item, dict)]
    rows = [row for row in _known(call) if meets(conditions, partial(_value, row))]
    return _page(call, rows)


def _normalised(condition: JsonObject) -> JsonObject:
    params = Params(condition)
    values = [text.lower() for text in params.texts("values")]
    if params.text("attribute_key") == "phone_number":
        values = [text if text.startswith("+") else f"+{text}" for text in values]
    return {**condition, "values": values}


def _value(row: Contact, key: str) -> JsonValue:
    if key in row.custom_attributes:
        return row.custom_attributes[key]
    return getattr(row, key, None)


def _create(call: Call) -> JsonObject:
    core, params = call.core, call.params
    with core.bus:
        contact = core.contacts.create(params)
        row = None
        if params.integer("inbox_id") is not None:
            inbox = core.context.inbox(params.integer("inbox_id"))
            row = core.contacts.contact_inbox(contact, inbox, params.text("source_id"))
    return {
        "payload": {
            "contact": _shown(call, contact),
            "contact_inbox": core.rest.contact_inbox(row) if row else {"inbox": None, "source_id": None},
        }
    }


def _show(call: Call) -> JsonObject:
    return {"payload": _shown(call, _contact(call))}


def _update(call: Call) -> JsonObject:
    contact = call.core.contacts.update(_contact(call), call.params)
    return {"payload": _shown(call, contact)}


def _delete(call: Call) -> Reply:
    call.core.contacts.delete(_contact(call))
    return EMPTY


def _destroy_custom_attributes(call: Call) -> JsonObject:
    contact = _contact(call)
    call.core.contacts.destroy_custom_attributes(contact, call.params.texts("custom_attributes"))
    return {"payload": _shown(call, contact)}


def _conversations(call: Call) -> JsonObject:
    rows = sorted(call.core.index.conversations(_contact(call)), key=lambda row: row.last_activity_at, reverse=True)
    return {"payload": [call.core.rest.conversation(row, call.actor) for row in rows[:20]]}


def _labels(call: Call) -> JsonObject:
    return {"payload": _contact(call).labels}


def _set_labels(call: Call) -> JsonObject:
    contact = _contact(call)
    call.core.contacts.set_labels(contact, call.params.texts("labels"))
    return {"payload": contact.labels}


def _create_contact_inbox(call: Call) -> JsonObject:
    inbox = call.core.context.inbox(call.params.integer("inbox_id"))
    row = call.core.contacts.contact_inbox(_contact(call), inbox, call.params.text("source_id"))
    return call.core.rest.contact_inbox(row)


def _contactable_inboxes(call: Call) -> JsonObject:
    rows = call.core.index.contact_inboxes(_contact(call))
    return {"payload": [call.core.rest.contact_inbox(row) for row in rows]}


def _find_by_contact_inbox(call: Call) -> JsonObject:
    inbox = call.core.context.inbox(call.params.integer("inbox_id"))
    row = call.core.contacts.find_contact_inbox(inbox, call.params.text("source_id"))
    return call.core.rest.contact(call.core.contacts.get(row.contact_id))


def _merge(call: Call) -> JsonObject:
    numbers = [call.params.integer(name) for name in ("base_contact_id", "mergee_contact_id")]
    base, mergee = (call.core.contacts.get(number or 0) for number in numbers)
    return _shown(call, call.core.contacts.merge(base, mergee))


def _note(note: Note) -> JsonObject:
    return {
        "id": note.id,
        "content": note.content,
        "contact_id": note.contact_id,
        "user_id": note.user_id,
        "created_at": iso_ms(note.created_at),
        "updated_at": iso_ms(note.updated_at),
    }


def _notes(call: Call) -> list[JsonObject]:
    contact = _contact(call)
    rows = [note for note in call.core.state.notes.values() if note.contact_id == contact.id]
    return [_note(note) for note in reversed(rows)]


def _create_note(call: Call) -> JsonObject:
    content = call.params.text("content")
    if not content:
        raise UnprocessableError.missing("content")
    return _note(call.core.contacts.add_note(_contact(call), call.user.id, content))


ROUTES = [
    ApiRoute("GET", _ALL + "/search", _search),
    ApiRoute("POST", _ALL + "/filter", _filter),
    ApiRoute("GET", _ALL, _list),
    ApiRoute("POST", _ALL, _create),
    ApiRoute("GET", _ONE, _show),
    ApiRoute("PUT", _ONE, _update),
    ApiRoute("PATCH", _ONE, _update),
    ApiRoute("DELETE", _ONE, _delete),
    ApiRoute("POST", _ONE + "/destroy_custom_attributes", _destroy_custom_attributes),
    ApiRoute("GET", _ONE + "/conversations", _conversations),
    ApiRoute("GET", _ONE + "/labels", _labels),
    ApiRoute("POST", _ONE + "/labels", _set_labels),
    ApiRoute("GET", _ONE + "/contactable_inboxes", _contactable_inboxes),
    ApiRoute("POST", _ONE + "/contact_inboxes", _create_contact_inbox),
    ApiRoute("GET", _ONE + "/notes", _notes),
    ApiRoute("POST", _ONE + "/notes", _create_note),
    ApiRoute("POST", "/api/v1/accounts/{account_id}/contact_inboxes/filter", _find_by_contact_inbox),
    ApiRoute("POST", "/api/v1/accounts/{account_id}/actions/contact_merge", _merge),
]
