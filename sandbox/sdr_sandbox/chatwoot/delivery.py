"""Webhook deliveries: who is told of an event, in which body, signed how, and what a failure leads to.

Source: `lib/webhooks/trigger.rb`, `app/jobs/*webhook_job.rb` and the listeners of Chatwoot v4.15.1.
"""

import asyncio
import hashlib
import hmac
import http.client
import random
import uuid
from collections import deque
from collections.abc import Coroutine
from typing import Literal

import msgspec
import structlog

from sdr_sandbox.chatwoot.core import SandboxChatwoot
from sdr_sandbox.chatwoot.counters import Counters
from sdr_sandbox.chatwoot.events import BOT_EVENTS, BOT_ONLY_EVENTS, SUBSCRIBABLE, Event
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.misbehaviour import Faults
from sdr_sandbox.chatwoot.records import ACTIVITY, AgentBot
from sdr_sandbox.chatwoot.webhook_client import WebhookClient

_log = structlog.get_logger(__name__)

Route = Literal["account", "api_inbox", "agent_bot"]
BOT_ATTEMPTS = 3
_BOT_RETRIED = (429, 500)
_ESCAPES = (
    *((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026")),
    *(("\u2028".encode(), b"\\u2028"), ("\u2029".encode(), b"\\u2029")),
)


class Target(msgspec.Struct, frozen=True):
    """Where one delivery goes."""

    route: Route
    owner_id: int
    url: str
    secret: str


class DeliveryRecord(msgspec.Struct):
    """One delivery as the checker's export shows it."""

    delivery_id: str
    route: str
    owner_id: int
    event: str
    conversation_id: int | None
    message_id: int | None
    at: float
    """When it was due, Unix seconds; a delayed one is sent later."""
    attempts: int = 0
    outcome: str = "under_way"
    """under_way, sent, failed, or dropped: never tried, on request."""
    ended_at: float | None = None
    """When the receiver had answered, or the last attempt had failed."""


def encode_body(payload: JsonObject) -> bytes:
    """JSON as Rails writes it, with `<`, `>` and `&` escaped."""
    body = msgspec.json.encode(payload)
    for raw, escaped in _ESCAPES:
        body = body.replace(raw, escaped)
    return body


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256 of `timestamp.body`."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def _phrase(status: int) -> str:
    return http.client.responses.get(status, "")


class Deliveries:
    """Sends webhooks in the background, each on its own; nothing waits for anything else."""

    def __init__(self, core: SandboxChatwoot, faults: Faults, counters: Counters) -> None:
        self._core = core
        self._faults = faults
        self._counters = counters
        self._settings = core.settings
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = WebhookClient(core.settings.webhook_timeout_s)
        self.log: deque[DeliveryRecord] = deque(maxlen=1_000_000)

    async def start(self) -> None:
        """Listen to events."""
        self._core.bus.subscribe(self._on_event)

    async def stop(self) -> None:
        """Stop listening, drop what is under way, close the connections."""
        self._core.bus.unsubscribe(self._on_event)
        await self.cancel_all()
        self._client.close()

    async def cancel_all(self) -> None:
        """Drop every delivery under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def under_way_count(self) -> int:
        """Deliveries not finished yet."""
        return len(self._tasks)

    def _on_event(self, event: Event) -> None:
        if event.name not in SUBSCRIBABLE and event.name not in BOT_ONLY_EVENTS:
            return
        if event.message_id is not None:
            message = self._core.state.messages.get(event.message_id)
            if message is None or message.message_type == ACTIVITY:
                return
        self._tell_bots(event)
        if event.name in SUBSCRIBABLE and (self._core.state.webhooks or self._inbox_target(event)):
            self._spawn(self._dispatch(event))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell_bots(self, event: Event) -> None:
        """Agent bots get the body as it is at this very moment, with one queue hop."""
        if event.name not in BOT_EVENTS or event.conversation_id is None:
            return
        bots = [bot for bot in self._bots_of(event.conversation_id) if bot.outgoing_url]
        if not bots:
            return
        payload = self._core.payloads.event(event)
        if payload is None:
            return
        body = encode_body(payload)
        for bot in bots:
            target = Target("agent_bot", bot.id, bot.outgoing_url or "", bot.secret)
            self._spawn(self._deliver(target, event, body))

    def _bots_of(self, conversation_id: int) -> list[AgentBot]:
        state = self._core.state
        conversation = state.conversations.get(conversation_id)
        if conversation is None:
            return []
        linked = state.inboxes[conversation.inbox_id].agent_bot_id
        numbers = dict.fromkeys([conversation.assignee_agent_bot_id, linked])
        return [state.agent_bots[number] for number in numbers if number in state.agent_bots]

    def _inbox_target(self, event: Event) -> Target | None:
        conversation = self._core.state.conversations.get(event.conversation_id or 0)
        if conversation is None:
            return None
        inbox = self._core.state.inboxes[conversation.inbox_id]
        if inbox.channel_type != "Channel::Api" or not inbox.webhook_url:
            return None
        return Target("api_inbox", inbox.id, inbox.webhook_url, inbox.secret)

    async def _dispatch(self, event: Event) -> None:
        """The event job: waits its turn, freezes the body, queues one delivery per receiver."""
        await self._queue_time()
        payload = self._core.payloads.event(event)
        if payload is None:
            return
        body = encode_body(payload)
        targets = [
            Target("account", webhook.id, webhook.url, webhook.secret)
            for webhook in self._core.state.webhooks.values()
            if event.name in webhook.subscriptions and self._meant_for(webhook.inbox_id, event)
        ]
        inbox_target = self._inbox_target(event)
        for target in (*targets, *([inbox_target] if inbox_target else [])):
            self._spawn(self._deliver(target, event, body))

    def _meant_for(self, inbox_id: int | None, event: Event) -> bool:
        if inbox_id is None:
            return True
        conversation = self._core.state.conversations.get(event.conversation_id or 0)
        return conversation is not None and conversation.inbox_id == inbox_id

    async def _queue_time(self) -> None:
        await asyncio.sleep(random.uniform(0, self._settings.dispatch_jitter_ms) / 1000)  # noqa: S311 - a queue's wait

    async def _deliver(self, target: Target, event: Event, body: bytes) -> None:
        key = f"{target.route}|{target.owner_id}|{event.name}|{self._subject(event)}"
        fault = self._faults.for_webhook(key)
        if fault.dropped:
            self._counters.webhooks[target.route]["dropped"] += 1
            self._record(target, event).outcome = "dropped"
            return
        if fault.duplicated:
            self._counters.webhooks[target.route]["duplicated"] += 1
            self._spawn(self._attempt_all(target, event, body, 0.0))
        if fault.delay_s:
            self._counters.webhooks[target.route]["delayed"] += 1
        await self._attempt_all(target, event, body, fault.delay_s)

    def _subject(self, event: Event) -> str:
        """What an event is about, in words that do not depend on the order in which concurrent messages were saved."""
        message = self._core.state.messages.get(event.message_id or 0)
        name = f"{event.conversation_id}|{event.contact_id}"
        return f"{name}|{message.content}" if message else name

    async def _attempt_all(self, target: Target, event: Event, body: bytes, delay_s: float) -> None:
        record = self._record(target, event)
        await self._queue_time()
        if delay_s:
            await asyncio.sleep(delay_s)
        attempts = BOT_ATTEMPTS if target.route == "agent_bot" else 1
        while True:
            record.attempts += 1
            status, error = await self._post(target, record.delivery_id, body)
            if error is None:
                record.outcome, record.ended_at = "sent", self._core.clock()
                self._counters.webhooks[target.route]["sent"] += 1
                return
            if record.attempts >= attempts or status not in _BOT_RETRIED:
                break
            self._counters.webhooks[target.route]["retried"] += 1
            await asyncio.sleep(self._settings.bot_retry_delay_s)
        record.outcome, record.ended_at = "failed", self._core.clock()
        self._counters.webhooks[target.route]["failed"] += 1
        _log.warning("webhook_failed", route=target.route, webhook_event=event.name, status=status, error=error)
        self._after_failure(target, event, error)

    def _record(self, target: Target, event: Event) -> DeliveryRecord:
        record = DeliveryRecord(
            delivery_id=str(uuid.uuid4()),
            route=target.route,
            owner_id=target.owner_id,
            event=event.name,
            conversation_id=event.conversation_id,
            message_id=event.message_id,
            at=self._core.clock(),
        )
        self.log.append(record)
        return record

    async def _post(self, target: Target, delivery_id: str, body: bytes) -> tuple[int | None, str | None]:
        """One attempt: `(status, error)`; the error is None after a 2xx."""
        timestamp = str(int(self._core.clock()))
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Chatwoot-Delivery": delivery_id,
            "X-Chatwoot-Timestamp": timestamp,
            "X-Chatwoot-Signature": sign(target.secret, timestamp, body),
        }
        try:
            status = await self._client.post(target.url, headers, body)
        except TimeoutError:
            return None, "Net::ReadTimeout with #<TCPSocket:(closed)>"
        except (OSError, ValueError) as error:
            return None, f"Failed to open TCP connection: {type(error).__name__}"
        return status, None if 200 <= status < 300 else f"{status} {_phrase(status)}"

    def _after_failure(self, target: Target, event: Event, error: str) -> None:
        if event.name not in ("message_created", "message_updated") or event.message_id is None:
            return
        core = self._core
        message = core.state.messages.get(event.message_id)
        if message is None:
            return
        if target.route == "api_inbox":
            core.messages.update_status(message, "failed", error)
        elif target.route == "agent_bot" and not core.state.account.settings.get("keep_pending_on_bot_failure"):
            core.conversations.open_after_bot_failure(core.state.conversations[message.conversation_id])
