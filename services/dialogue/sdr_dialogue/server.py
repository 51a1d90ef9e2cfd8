"""Dialogue's composition root: the only place where its parts meet."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
import structlog

from sdr.dialogue.v1 import dialogue_pb2, dialogue_pb2_grpc
from sdr_common.errors import StoreUnavailable
from sdr_common.event_outbox import EventForwarder
from sdr_common.grpc_client import make_channel
from sdr_common.grpc_server import GrpcServer, start_server, stop_on_signals
from sdr_common.idempotency import Idempotency
from sdr_common.lead import FactKind
from sdr_common.postgres import Pool, connection, make_pool
from sdr_dialogue.clients.breaker import CircuitBreaker
from sdr_dialogue.clients.chain import ModelChain
from sdr_dialogue.clients.latency import DelayedModel
from sdr_dialogue.clients.llm import ModelChoice, OpenAiModel
from sdr_dialogue.clients.reporting import GrpcRecorder
from sdr_dialogue.domain.conversation import TurnContext
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.engine.scripted import ScriptedEngine, read_value
from sdr_dialogue.engine.speech import speech_for
from sdr_dialogue.engine.wording import question_for
from sdr_dialogue.operations import Dialogue
from sdr_dialogue.ports import LanguageModel
from sdr_dialogue.servicer import DialogueServicer
from sdr_dialogue.settings import Settings
from sdr_dialogue.store.events import OutboxEvents
from sdr_dialogue.store.postgres import QUERIES, PostgresConversations
from sdr_dialogue.store.settings import PostgresSettings

SCHEMA = "dialogue"
"""The Postgres schema that is this service's alone."""

_PURGE_INTERVAL_S = 600.0
_READY_POLL_S = 0.5
_LOG = structlog.get_logger()


class DialogueServer:
    """A running dialogue service.

    Args:
        grpc: The server, not ready until the schema is there.
        pool: Open.
        idempotency: Whose old answers are forgotten from time to time.
        forwarder: Sends events; None: they wait.
        drain_s: Seconds that running calls get on `stop`.
    """

    def __init__(
        self, grpc: GrpcServer, pool: Pool, idempotency: Idempotency, forwarder: EventForwarder | None, drain_s: float
    ) -> None:
        self.port = grpc.port
        """The port it listens on."""
        self._grpc = grpc
        self._pool = pool
        self._idempotency = idempotency
        self._drain_s = drain_s
        self._stop = asyncio.Event()
        self._tasks = [asyncio.create_task(self._become_ready()), asyncio.create_task(self._purge())]
        if forwarder is not None:
            self._tasks.append(asyncio.create_task(forwarder.run(self._stop)))

    async def stop(self) -> None:
        """Takes no new calls, gives running ones their time, then ends the background work."""
        await self._grpc.stop(self._drain_s)
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def _become_ready(self) -> None:
        """Gets traffic once the database answers and is migrated; says once why it waits."""
        waiting = False
        while not self._stop.is_set():
            try:
                async with connection(self._pool) as conn:
                    await conn.execute(QUERIES["check_schema"])
            except (StoreUnavailable, psycopg.errors.UndefinedTable) as error:
                if not waiting:
                    _LOG.warning("service_waited_for_database", problem=str(error))
                waiting = True
                await self._pause(_READY_POLL_S)
            else:
                await self._grpc.set_ready(True)
                _LOG.info("service_became_ready", port=self.port)
                return

    async def _purge(self) -> None:
        """Forgets answers that nobody repeats any more; replicas spread their work by jitter."""
        while not self._stop.is_set():
            await self._pause(_PURGE_INTERVAL_S * random.uniform(0.5, 1.5))  # noqa: S311  (jitter, not a secret)
            with suppress(StoreUnavailable):  # the next round does it
                await self._idempotency.purge()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


async def build(settings: Settings, stack: AsyncExitStack, model: LanguageModel) -> DialogueServer:
    """Starts the service; closing `stack` ends it.

    Args:
        settings: The service's.
        stack: Owns the pool, the channel and the server.
        model: What answers; `choose_model` makes production's.

    Raises:
        SystemExit: the port is taken.
    """
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-dialogue", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    idempotency = Idempotency(pool, lease_s=settings.lease())
    accounts = PostgresSettings(pool, settings.settings_ttl_s)
    dialogue = Dialogue(
        pool,
        conversations=PostgresConversations(),
        settings=accounts,
        events=OutboxEvents(),
        model=model,
        read=_read,
    )
    forwarder = None
    if settings.reporting_target:
        channel = await stack.enter_async_context(make_channel(settings.reporting_target))
        forwarder = EventForwarder(pool, GrpcRecorder(channel))
    servicer = DialogueServicer(dialogue, idempotency)
    grpc = await start_server(
        SCHEMA,
        lambda server: dialogue_pb2_grpc.add_DialogueServiceServicer_to_server(servicer, server),
        [service.full_name for service in dialogue_pb2.DESCRIPTOR.services_by_name.values()],
        host=settings.grpc_host,
        port=settings.grpc_port,
    )
    server = DialogueServer(grpc, pool, idempotency, forwarder, settings.drain_s)
    stack.push_async_callback(server.stop)
    return server


def choose_model(settings: Settings) -> LanguageModel:
    """What answers in production: the provider's model if there is a key, and always the scripted engine."""
    scripted: LanguageModel = ScriptedEngine()
    if settings.fake_latency_ms:
        scripted = DelayedModel(scripted, settings.fake_latency_ms / 1000)
    key = settings.openai_api_key.get_secret_value()
    if not key and not settings.openai_base_url:
        return scripted
    provider = OpenAiModel(
        ModelChoice(
            # Servers on one's own machine ask for none, but the client sends one.
            api_key=key or "none",
            base_url=settings.openai_base_url,
            model=settings.model,
            analysis_model=settings.analysis_model,
            deadline_s=settings.model_deadline_s,
            analysis_deadline_s=settings.analysis_deadline_s,
            reasoning_effort=settings.reasoning_effort,
        ),
        ask=_question,
    )
    breaker = CircuitBreaker(settings.breaker_failures, settings.breaker_pause_s, time.monotonic)
    return ModelChain(provider, scripted, breaker)


def _question(kind: FactKind, context: TurnContext, language: str) -> str:
    return question_for(kind, context, speech_for(context, language))


def _read(kind: FactKind, value: str, settings: AccountSettings, now: datetime) -> tuple[str, str]:
    return read_value(kind, value, settings, now.astimezone(ZoneInfo(settings.time_zone)))


async def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    stop = stop_on_signals()
    model = choose_model(settings)
    async with AsyncExitStack() as stack:
        await build(settings, stack, model)
        if isinstance(model, ModelChain):
            stack.push_async_callback(model.close)
            # The first lead does not wait for a library to load.
            await model.warm_up()
        await stop.wait()
    _LOG.info("service_stopped")
