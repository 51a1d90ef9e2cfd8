"""Contacts: creation, merging updates, search, filters and merging of two into one."""

import re
import uuid

from sdr_sandbox.chatwoot.context import Context, check_attributes, new_token
from sdr_sandbox.chatwoot.errors import NotFoundError, RecordInvalidError
from sdr_sandbox.chatwoot.events import Event, changes
from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import Contact, ContactInbox, Inbox, Note
from sdr_sandbox.chatwoot.timestamps import iso_ms

_E164 = re.compile(r"\+[1-9]\d{1,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Contacts:
    """The contacts of the account."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._state = context.state
        self._index = context.index

    def get(self, contact_id: int) -> Contact:
        """A contact by id.

        Raises:
            NotFoundError: there is none, or it was merged into another.
        """
        found = self._state.contacts.get(contact_id)
        if found is None:
            raise NotFoundError
        return found

    def create(self, params: Params) -> Contact:
        """Create a contact from `name, email, phone_number, identifier, custom_attributes, …`.

        Raises:
            RecordInvalidError: a malformed or taken key, or an attribute over its limit.
        """
        now = self._context.clock()
        fields = self._fields(params)
        self._validate(fields, None)
        contact = Contact(id=self._state.next_id("contact"), created_at=now, updated_at=now, **fields)
        self._state.contacts[contact.id] = contact
        self._index.add_contact(contact)
        self._context.bus.publish(Event(name="contact_created", contact_id=contact.id))
        return contact

    def update(self, contact: Contact, params: Params) -> Contact:
        """Change the sent fields; both attribute objects are merged, not replaced.

        Raises:
            RecordInvalidError: a malformed or taken key, or an attribute over its limit.
        """
        fields = self._fields(params)
        for name in ("custom_attributes", "additional_attributes"):
            if name in fields:
                fields[name] = {**getattr(contact, name), **fields[name]}
        self._save(contact, fields)
        return contact

    def destroy_custom_attributes(self, contact: Contact, keys: list[str]) -> Contact:
        """Remove the named custom attributes."""
        left = {key: value for key, value in contact.custom_attributes.items() if key not in keys}
        self._save(contact, {"custom_attributes": left})
        return contact

    def touch_activity(self, contact: Contact) -> None:
        """Note that the contact wrote something, which announces a `contact_updated` each time."""
        self._save(contact, {"last_activity_at": self._context.clock()})

    def set_labels(self, contact: Contact, labels: list[str]) -> None:
        """Replace a contact's labels."""
        self._save(contact, {"labels": [label.strip().lower() for label in labels if label.strip()]}, announce=False)

    def delete(self, contact: Contact) -> None:
        """Delete a contact with its conversations and messages."""
        self._index.remove_contact(contact)
        for conversation in self._index.conversations(contact):
            for number in self._index.messages_of.pop(conversation.id, []):
                del self._state.messages[number]
            del self._state.conversations[conversation.id]
        for contact_inbox in self._index.contact_inboxes(contact):
            self._index.contact_inbox_by_source.pop((contact_inbox.inbox_id, contact_inbox.source_id), None)
            del self._state.contact_inboxes[contact_inbox.id]
        self._index.conversations_of.pop(contact.id, None)
        self._index.contact_inboxes_of.pop(contact.id, None)
        del self._state.contacts[contact.id]

    def contact_inbox(self, contact: Contact, inbox: Inbox, source_id: str | None) -> ContactInbox:
        """The contact's address in an inbox, made if missing; an API inbox gets a random UUID.

        Raises:
            RecordInvalidError: the address belongs to another contact.
        """
        if source_id:
            found = self._index.contact_inbox_by_source.get((inbox.id, source_id))
            if found is not None:
                row = self._state.contact_inboxes[found]
                if row.contact_id != contact.id:
                    raise RecordInvalidError("Source has already been taken", ["source_id"])
                return row
        else:
            for row in self._index.contact_inboxes(contact):
                if row.inbox_id == inbox.id:
                    return row
        now = self._context.clock()
        row = ContactInbox(
            id=self._state.next_id("contact_inbox"),
            contact_id=contact.id,
            inbox_id=inbox.id,
            source_id=source_id or str(uuid.uuid4()),
            pubsub_token=new_token(),
            created_at=now,
            updated_at=now,
        )
        self._state.contact_inboxes[row.id] = row
        self._index.add_contact_inbox(row)
        return row

    def find_contact_inbox(self, inbox: Inbox, source_id: str | None) -> ContactInbox:
        """The address in an inbox that a client names.

        Raises:
            NotFoundError: nobody has it.
        """
        found = self._index.contact_inbox_by_source.get((inbox.id, source_id or ""))
        if found is None:
            raise NotFoundError
        return self._state.contact_inboxes[found]

    def find_or_create(self, inbox: Inbox, params: Params) -> ContactInbox:
        """The public API's way in: the contact with one of the unique keys, else a new one."""
        source_id = params.text("source_id") or None
        if source_id:
            known = self._index.contact_inbox_by_source.get((inbox.id, source_id))
            if known is not None:
                return self._state.contact_inboxes[known]
        found = (
            self._index.contact_by_identifier.get(params.text("identifier") or "")
            or self._index.contact_by_email.get((params.text("email") or "").lower())
            or self._index.contact_by_phone.get(params.text("phone_number") or "")
        )
        with self._context.bus:
            contact = self._state.contacts[found] if found else self.create(params)
            return self.contact_inbox(contact, inbox, source_id or str(uuid.uuid4()))

    def merge(self, base: Contact, mergee: Contact) -> Contact:
        """Move everything of `mergee` to `base`, which wins conflicts, and delete `mergee`.

        Raises:
            RecordInvalidError: both are the same contact.
        """
        if base.id == mergee.id:
            raise RecordInvalidError("Contact cannot be merged with itself", ["base"])
        with self._context.bus:
            for conversation in self._index.conversations(mergee):
                conversation.contact_id = base.id
                self._index.conversations_of[base.id].append(conversation.id)
                for message in self._index.messages(conversation):
                    if message.sender_type == "Contact" and message.sender_id == mergee.id:
                        message.sender_id = base.id
            for row in self._index.contact_inboxes(mergee):
                row.contact_id = base.id
                self._index.contact_inboxes_of[base.id].append(row.id)
            for note in self._state.notes.values():
                if note.contact_id == mergee.id:
                    note.contact_id = base.id
            self._index.conversations_of.pop(mergee.id, None)
            self._index.contact_inboxes_of.pop(mergee.id, None)
            self._index.remove_contact(mergee)
            del self._state.contacts[mergee.id]
            self._save(base, _merged_fields(base, mergee))
        return base

    def add_note(self, contact: Contact, user_id: int | None, content: str) -> Note:
        """Write a note on a contact."""
        now = self._context.clock()
        number = self._state.next_id("note")
        note = Note(id=number, contact_id=contact.id, user_id=user_id, content=content, created_at=now, updated_at=now)
        self._state.notes[number] = note
        return note

    def _fields(self, params: Params) -> JsonObject:
        fields: JsonObject = {}
        if params.has("name"):
            fields["name"] = params.text("name") or ""
        for name in ("email", "phone_number", "identifier"):
            if params.has(name):
                fields[name] = params.text(name) or None
        if fields.get("email"):
            fields["email"] = fields["email"].lower()
        if params.has("blocked"):
            fields["blocked"] = params.flag("blocked")
        for name in ("custom_attributes", "additional_attributes"):
            if params.has(name):
                fields[name] = params.mapping(name)
        return fields

    def _validate(self, fields: JsonObject, own_id: int | None) -> None:
        problems: list[tuple[str, str]] = []
        email, phone, identifier = (fields.get(name) for name in ("email", "phone_number", "identifier"))
        if email and not _EMAIL.fullmatch(email):
            problems.append(("email", "Email Invalid email"))
        if email and self._index.contact_by_email.get(email, own_id) != own_id:
            problems.append(("email", "Email has already been taken"))
        if identifier and self._index.contact_by_identifier.get(identifier, own_id) != own_id:
            problems.append(("identifier", "Identifier has already been taken"))
        if phone and self._index.contact_by_phone.get(phone, own_id) != own_id:
            problems.append(("phone_number", "Phone number has already been taken"))
        if phone and not _E164.fullmatch(phone):
            problems.append(("phone_number", "Phone number should be in e164 format"))
        if problems:
            raise RecordInvalidError(", ".join(text for _, text in problems), sorted({field for field, _ in problems}))
        for name in ("custom_attributes", "additional_attributes"):
            check_attributes(name, fields.get(name, {}))

    def _save(self, contact: Contact, fields: JsonObject, *, announce: bool = True) -> None:
        self._validate(fields, contact.id)
        changed: dict[str, tuple[JsonValue, JsonValue]] = {}
        for name, value in fields.items():
            previous = getattr(contact, name)
            if previous != value:
                changed[name] = (previous, value)
        if not changed:
            return
        now = self._context.clock()
        self._index.remove_contact(contact)
        for name, (_, value) in changed.items():
            setattr(contact, name, value)
        self._index.add_contact(contact)
        if "last_activity_at" in changed:
            previous, current = changed["last_activity_at"]
            changed["last_activity_at"] = (iso_ms(previous), iso_ms(current))
        changed["updated_at"] = (iso_ms(contact.updated_at), iso_ms(now))
        contact.updated_at = now
        if announce:
            event = Event(name="contact_updated", contact_id=contact.id, changed_attributes=changes(changed))
            self._context.bus.publish(event)


def _merged_fields(base: Contact, mergee: Contact) -> JsonObject:
    fields: JsonObject = {
        name: getattr(base, name) or getattr(mergee, name) for name in ("name", "email", "phone_number", "identifier")
    }
    fields["custom_attributes"] = {**mergee.custom_attributes, **base.custom_attributes}
    fields["additional_attributes"] = {**mergee.additional_attributes, **base.additional_attributes}
    return fields
