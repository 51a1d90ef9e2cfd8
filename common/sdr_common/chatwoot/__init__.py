"""The Chatwoot client: asynchronous, paced, typed; used by routing's writes and the gateway's sweep.

    http = ChatwootHttp(ChatwootOptions())                  # one per process; `await http.aclose()` at the end
    client = ChatwootClient(http, ChatwootAccess(url, account_id, admin_token, bot_token))
    page = await client.list_messages(241, after=90211)

Requests carry no trace context: Chatwoot is not ours. Each is a client span with method, host, path
template and status, never a query, a body or a token.
"""

from sdr_common.chatwoot.client import MESSAGES_PER_PAGE, ChatwootAccess, ChatwootClient
from sdr_common.chatwoot.errors import ChatwootDenied, ChatwootRefused, ChatwootUnavailable
from sdr_common.chatwoot.limiter import TokenBucket
from sdr_common.chatwoot.model import (
    ACTIVITY,
    INCOMING,
    OUTGOING,
    TEMPLATE,
    Contact,
    Conversation,
    JsonObject,
    Message,
    MessageList,
    Person,
    Team,
)
from sdr_common.chatwoot.setup import ChatwootSetup
from sdr_common.chatwoot.transport import ChatwootHttp, ChatwootOptions

__all__ = [
    "ACTIVITY",
    "INCOMING",
    "MESSAGES_PER_PAGE",
    "OUTGOING",
    "TEMPLATE",
    "ChatwootAccess",
    "ChatwootClient",
    "ChatwootDenied",
    "ChatwootHttp",
    "ChatwootOptions",
    "ChatwootRefused",
    "ChatwootSetup",
    "ChatwootUnavailable",
    "Contact",
    "Conversation",
    "JsonObject",
    "Message",
    "MessageList",
    "Person",
    "Team",
    "TokenBucket",
]
