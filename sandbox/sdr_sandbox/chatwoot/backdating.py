"""Time passed in no time: messages that have just come are dated as if they had come over a longer while."""

from sdr_sandbox.chatwoot.core import SandboxChatwoot


def backdate(core: SandboxChatwoot, from_message_id: int, span_s: float, ended_s_ago: float = 0.0) -> None:
    """Date messages evenly over a while, in the order of their ids, and their conversations with them.

    Args:
        core: whose messages.
        from_message_id: these and all later ones; a conversation that began with one of them is as old as it.
        span_s: how long that while was, in seconds.
        ended_s_ago: and how long ago it ended.
    """
    now = core.clock() - ended_s_ago
    recent = sorted(number for number in core.state.messages if number >= from_message_id)
    begun = {number: rows[0] for number, rows in core.index.messages_of.items() if rows}
    for place, number in enumerate(recent):
        message = core.state.messages[number]
        message.created_at = message.updated_at = now - span_s * (1 - place / len(recent))
        conversation = core.state.conversations[message.conversation_id]
        conversation.updated_at = conversation.last_activity_at = message.created_at
        if begun[conversation.id] == number:
            conversation.created_at = message.created_at
        if conversation.waiting_since is not None and message.message_type == 0:
            conversation.waiting_since = message.created_at
