"""Storing a message row and its bookkeeping, without the consequences that a message has."""

from sdr_sandbox.chatwoot.context import Context
from sdr_sandbox.chatwoot.events import Event
from sdr_sandbox.chatwoot.records import ACTIVITY, Conversation, Message


def store_message(context: Context, message: Message) -> None:
    """Add a row, move the conversation's activity forward, announce it.

    Activity messages are announced too: the pages show them; webhooks leave them out.
    """
    context.state.messages[message.id] = message
    context.index.messages_of[message.conversation_id].append(message.id)
    conversation = context.state.conversations[message.conversation_id]
    conversation.last_activity_at = message.created_at
    conversation.updated_at = message.created_at
    context.bus.publish(Event(name="message_created", message_id=message.id, conversation_id=conversation.id))


def post_activity(context: Context, conversation: Conversation, text: str) -> None:
    """Write an activity sentence into a conversation."""
    now = context.clock()
    store_message(
        context,
        Message(
            id=context.state.next_id("message"),
            conversation_id=conversation.id,
            inbox_id=conversation.inbox_id,
            message_type=ACTIVITY,
            content=text,
            created_at=now,
            updated_at=now,
        ),
    )
