"""Look-up tables derived from the state, so that every request finds its rows in constant time."""

from collections import defaultdict

from sdr_sandbox.chatwoot.records import AgentBot, Contact, ContactInbox, Conversation, Message, State, User

Actor = User | AgentBot | Contact
"""Who caused a change; None stands for the system."""


class Index:
    """Derived tables of one `State`; whoever adds or removes a row keeps them in step."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.actor_by_token: dict[str, User | AgentBot] = {}
        self.contact_by_email: dict[str, int] = {}
        self.contact_by_phone: dict[str, int] = {}
        self.contact_by_identifier: dict[str, int] = {}
        self.contact_inbox_by_source: dict[tuple[int, str], int] = {}
        self.contact_inboxes_of: defaultdict[int, list[int]] = defaultdict(list)
        self.conversations_of: defaultdict[int, list[int]] = defaultdict(list)
        self.messages_of: defaultdict[int, list[int]] = defaultdict(list)
        actors: list[User | AgentBot] = [*state.users.values(), *state.agent_bots.values()]
        for actor in actors:
            self.actor_by_token[actor.access_token] = actor
        for contact in state.contacts.values():
            self.add_contact(contact)
        for contact_inbox in state.contact_inboxes.values():
            self.add_contact_inbox(contact_inbox)
        for conversation in state.conversations.values():
            self.conversations_of[conversation.contact_id].append(conversation.id)
        for message in state.messages.values():
            self.messages_of[message.conversation_id].append(message.id)

    def add_contact(self, contact: Contact) -> None:
        """Make a contact findable by its unique keys."""
        if contact.email:
            self.contact_by_email[contact.email] = contact.id
        if contact.phone_number:
            self.contact_by_phone[contact.phone_number] = contact.id
        if contact.identifier:
            self.contact_by_identifier[contact.identifier] = contact.id

    def remove_contact(self, contact: Contact) -> None:
        """Forget a contact's unique keys, before they change or it is deleted."""
        if contact.email:
            self.contact_by_email.pop(contact.email, None)
        if contact.phone_number:
            self.contact_by_phone.pop(contact.phone_number, None)
        if contact.identifier:
            self.contact_by_identifier.pop(contact.identifier, None)

    def add_contact_inbox(self, contact_inbox: ContactInbox) -> None:
        """Make a contact's address in an inbox findable."""
        self.contact_inbox_by_source[contact_inbox.inbox_id, contact_inbox.source_id] = contact_inbox.id
        self.contact_inboxes_of[contact_inbox.contact_id].append(contact_inbox.id)

    def contact_inboxes(self, contact: Contact) -> list[ContactInbox]:
        """A contact's addresses, oldest first."""
        return [self.state.contact_inboxes[number] for number in self.contact_inboxes_of.get(contact.id, ())]

    def conversations(self, contact: Contact) -> list[Conversation]:
        """A contact's conversations, oldest first."""
        return [self.state.conversations[number] for number in self.conversations_of.get(contact.id, ())]

    def messages(self, conversation: Conversation) -> list[Message]:
        """A conversation's messages, oldest first."""
        messages = self.state.messages
        return [messages[number] for number in self.messages_of.get(conversation.id, ())]

    def last_message(
        self, conversation: Conversation, *, skip_activity: bool = False, skip_private: bool = False
    ) -> Message | None:
        """The newest message that is not of a skipped kind."""
        for number in reversed(self.messages_of.get(conversation.id, ())):
            message = self.state.messages[number]
            if (skip_activity and message.message_type == 2) or (skip_private and message.private):
                continue
            return message
        return None

    def unread_count(self, conversation: Conversation) -> int:
        """Incoming messages since an agent last looked, at most 10."""
        seen = conversation.agent_last_seen_at or 0.0
        count = 0
        for number in reversed(self.messages_of.get(conversation.id, ())):
            message = self.state.messages[number]
            if message.created_at < seen or count == 10:
                break
            if message.message_type == 0 and message.created_at > seen:
                count += 1
        return count

    def sender(self, message: Message) -> Actor | None:
        """Who wrote a message; None for the system or a deleted row."""
        if message.sender_id is None:
            return None
        if message.sender_type == "Contact":
            return self.state.contacts.get(message.sender_id)
        if message.sender_type == "User":
            return self.state.users.get(message.sender_id)
        return self.state.agent_bots.get(message.sender_id)
