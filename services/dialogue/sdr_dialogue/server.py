"""Dialogue's composition root: the only place where its parts meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import grpc

from sdr.dialogue.v1 import (
    cases_pb2,
    cases_pb2_grpc,
    dialogue_pb2,
    dialogue_pb2_grpc,
    importing_pb2,
    importing_pb2_grpc,
    insights_pb2,
    insights_pb2_grpc,
    knowledge_pb2,
    knowledge_pb2_grpc,
    models_pb2,
    models_pb2_grpc,
    prompts_pb2,
    prompts_pb2_grpc,
)
from sdr_common.address_guard import AddressGuard, networks
from sdr_common.event_outbox import forwarding, outbox_of
from sdr_common.grpc_server import start_server
from sdr_common.idempotency import Idempotency
from sdr_common.lead import FactKind
from sdr_common.lead_data import NAMES, parts_of, register_lead_data
from sdr_common.ops_server import serve_operators
from sdr_common.part_versions import PublishedPart
from sdr_common.postgres import Pool, Queries, make_pool
from sdr_common.service import ServiceProcess, Work, pause, run_until_stopped, schema_problem, standard_work
from sdr_dialogue.choosing import (
    choose_links,
    choose_model,
    installed,
    key_trier,
    secret_box,
    with_account_keys,
)
from sdr_dialogue.clients.account_models import AccountModels
from sdr_dialogue.clients.chain import Link, ModelChain
from sdr_dialogue.clients.documents import GuardedReader
from sdr_dialogue.clients.embeddings import OpenAiEmbedder
from sdr_dialogue.clients.pages import PageFetcher
from sdr_dialogue.clients.prompt import VERSION, Prompts
from sdr_dialogue.clients.reply_cache import CachedReplies
from sdr_dialogue.clients.transcription import OpenAiTranscriber
from sdr_dialogue.convert_prompts import PROMPT_PART
from sdr_dialogue.domain.conversation import TurnContext
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.ears import Ears
from sdr_dialogue.engine.asking import questions_for_knowledge
from sdr_dialogue.engine.nudging import word_nudge
from sdr_dialogue.engine.scripted import ScriptedEngine, read_value
from sdr_dialogue.ledger import Ledger
from sdr_dialogue.operations import Dialogue
from sdr_dialogue.operations_cases import CaseWork
from sdr_dialogue.operations_import import Importing
from sdr_dialogue.operations_insights import InsightWork
from sdr_dialogue.operations_knowledge import Knowledge
from sdr_dialogue.operations_models import ModelKeyWork
from sdr_dialogue.operations_prompts import PromptWork
from sdr_dialogue.playground import Playground, ShownPart
from sdr_dialogue.ports import LanguageModel
from sdr_dialogue.servicer import DialogueServicer
from sdr_dialogue.servicer_cases import CASE_READER, CaseServicer
from sdr_dialogue.servicer_import import ImportServicer
from sdr_dialogue.servicer_insights import InsightsServicer
from sdr_dialogue.servicer_knowledge import KnowledgeServicer
from sdr_dialogue.servicer_models import ModelKeyServicer
from sdr_dialogue.servicer_prompts import PromptServicer
from sdr_dialogue.settings import Settings
from sdr_dialogue.store.cases import PostgresCases
from sdr_dialogue.store.costs import PostgresCosts
from sdr_dialogue.store.events import OutboxEvents
from sdr_dialogue.store.insights import PostgresInsights
from sdr_dialogue.store.knowledge import PostgresKnowledge
from sdr_dialogue.store.memory import PostgresMemory
from sdr_dialogue.store.model_keys import PostgresModelKeys
from sdr_dialogue.store.postgres import PostgresConversations
from sdr_dialogue.store.settings import PostgresSettings
from sdr_dialogue.store.transcripts import PostgresTranscripts
from sdr_dialogue.store.unanswered import PostgresUnanswered

SCHEMA = "dialogue"
"""The Postgres schema that is this service's alone."""
_OWN_NAMES = [
    service.full_name
    for file in (dialogue_pb2, importing_pb2, knowledge_pb2, prompts_pb2, cases_pb2, models_pb2, insights_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
]
LEAD_DATA = Queries.load("sdr_dialogue.store", "lead_data.sql")
"""What is kept of one lead."""
OLD = Queries.load("sdr_dialogue.store", "retention.sql")
"""What goes by age."""


async def build(
    settings: Settings,
    stack: AsyncExitStack,
    model: LanguageModel,
    on_crash: Callable[[], None] = lambda: None,
    links: Sequence[Link] = (),
) -> ServiceProcess:
    """Starts the service; closing `stack` ends it.

    Args:
        settings: The service's.
        stack: Owns the pool, the channel and the server.
        model: What answers for accounts without keys of their own; `choose_model` makes production's.
        on_crash: Told when background work ends by an error.
        links: The installation's models, which stand behind an account's own.

    Raises:
        SystemExit: the port is taken.
    """
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-dialogue", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    parts = _make_parts(settings, stack, pool, model, links)
    servicers = _make_servicers(parts, _make_dialogue(parts, stack))
    server = await start_server(
        SCHEMA,
        servicers.register,
        [*_OWN_NAMES, *NAMES],
        host=settings.grpc_host,
        port=settings.grpc_port,
        transport=settings.transport,
    )
    await serve_operators(settings, stack, pool, [outbox_of(pool, SCHEMA)])
    process = ServiceProcess(server, settings.drain_s, on_crash)
    process.in_background(
        *standard_work(process, pool, "sdr_dialogue", parts.idempotency, settings.redis_url),
        *await forwarding(pool, settings.reporting_target, stack, settings.transport),
        _keeping(parts.knowledge, pool, settings.knowledge_poll_s),
    )
    stack.push_async_callback(process.stop)
    return process


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the service is made of."""

    settings: Settings
    pool: Pool
    idempotency: Idempotency
    prompts: PublishedPart[dialogue_pb2.DialogueSettings, prompts_pb2.PromptContent]
    accounts: PostgresSettings
    guard: AddressGuard
    model: AccountModels
    """An account's own models before the installation's."""
    model_keys: PostgresModelKeys
    knowledge: Knowledge
    store: PostgresKnowledge
    unanswered: PostgresUnanswered
    ledger: Ledger


def _make_parts(
    settings: Settings, stack: AsyncExitStack, pool: Pool, model: LanguageModel, links: Sequence[Link]
) -> _Parts:
    prompts = PublishedPart(pool, PROMPT_PART)
    accounts = PostgresSettings(pool, settings.settings_ttl_s, prompts)
    guard, keys = AddressGuard(networks(settings.allowed_networks)), PostgresModelKeys()
    account_models = with_account_keys(settings, pool, guard, model=model, links=links, keys=keys)
    stack.push_async_callback(account_models.close)
    embedder = choose_embedder(settings)
    if embedder is not None:
        stack.push_async_callback(embedder.close)
    store, unanswered = PostgresKnowledge(), PostgresUnanswered()
    return _Parts(
        settings=settings,
        pool=pool,
        idempotency=Idempotency(pool, lease_s=settings.lease_s),
        prompts=prompts,
        accounts=accounts,
        guard=guard,
        model=account_models,
        model_keys=keys,
        knowledge=Knowledge(
            pool,
            store=store,
            unanswered=unanswered,
            settings=accounts,
            embedder=embedder,
            embed_within_s=settings.embedding_deadline_s,
        ),
        store=store,
        unanswered=unanswered,
        ledger=Ledger(
            pool, settings=accounts, costs=PostgresCosts(), events=OutboxEvents(), brl_per_usd=settings.brl_per_usd
        ),
    )


def _make_dialogue(parts: _Parts, stack: AsyncExitStack) -> Dialogue:
    transcriber = choose_transcriber(parts.settings)
    if transcriber is not None:
        stack.push_async_callback(transcriber.close)
    return Dialogue(
        parts.pool,
        conversations=PostgresConversations(),
        settings=parts.accounts,
        events=OutboxEvents(),
        model=parts.model,
        ledger=parts.ledger,
        ears=Ears(parts.pool, transcriber, PostgresTranscripts(), parts.ledger),
        read=_read,
        word_nudge=word_nudge,
        knowledge=parts.knowledge,
        store=parts.store,
        unanswered=parts.unanswered,
        questions=questions_for_knowledge,
        memory=PostgresMemory(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Servicers:
    """What the service serves."""

    parts: _Parts
    dialogue: DialogueServicer
    knowledge: KnowledgeServicer
    importing: ImportServicer
    prompts: PromptServicer
    cases: CaseServicer
    keys: ModelKeyServicer
    insights: InsightsServicer

    def register(self, server: grpc.aio.Server) -> None:
        """Adds them all."""
        dialogue_pb2_grpc.add_DialogueServiceServicer_to_server(self.dialogue, server)
        knowledge_pb2_grpc.add_KnowledgeServiceServicer_to_server(self.knowledge, server)
        importing_pb2_grpc.add_ImportServiceServicer_to_server(self.importing, server)
        prompts_pb2_grpc.add_PromptServiceServicer_to_server(self.prompts, server)
        cases_pb2_grpc.add_CaseServiceServicer_to_server(self.cases, server)
        models_pb2_grpc.add_ModelKeyServiceServicer_to_server(self.keys, server)
        insights_pb2_grpc.add_InsightsServiceServicer_to_server(self.insights, server)
        register_lead_data(server, self.parts.pool, self.parts.idempotency, parts_of(LEAD_DATA), old=OLD)


def _make_servicers(parts: _Parts, dialogue: Dialogue) -> _Servicers:
    settings, pool, idempotency, accounts = parts.settings, parts.pool, parts.idempotency, parts.accounts
    playground = Playground(
        settings=accounts,
        models={"": parts.model, "scripted": ScriptedEngine()},
        searcher=dialogue,
        assemble=partial(_assembled, Prompts(VERSION, settings.prompt_budget_tokens)),
        read=_read,
    )
    cases = CaseWork(
        pool,
        idempotency,
        cases=PostgresCases(),
        settings=accounts,
        playground=playground,
        reader=CASE_READER,
        active_prompt=parts.prompts.active_number,
    )
    keys = ModelKeyWork(
        pool,
        idempotency,
        keys=parts.model_keys,
        settings=accounts,
        box=secret_box(settings),
        guard=parts.guard,
        trier=key_trier(settings, parts.guard),
        forget=parts.model.forget,
    )
    return _Servicers(
        parts=parts,
        dialogue=DialogueServicer(dialogue, parts.ledger, playground, idempotency),
        knowledge=KnowledgeServicer(parts.knowledge, make_reader(settings), idempotency),
        importing=ImportServicer(Importing(accounts, PostgresMemory(), _read), idempotency),
        prompts=PromptServicer(PromptWork(idempotency, parts.prompts, accounts.forget)),
        cases=CaseServicer(cases),
        keys=ModelKeyServicer(keys, installed(settings)),
        insights=InsightsServicer(InsightWork(pool, PostgresInsights())),
    )


def make_reader(settings: Settings) -> GuardedReader:
    """What reads files and pages."""
    guard = AddressGuard(networks(settings.allowed_networks))
    within_s = settings.document_deadline_s
    return GuardedReader(PageFetcher(guard, within_s).fetch, within_s)


def _keeping(knowledge: Knowledge, pool: Pool, every_s: float) -> Work:
    """Work that keeps the knowledge once the schema is there."""

    async def work(stop: asyncio.Event) -> None:
        while not stop.is_set() and await schema_problem(pool, "sdr_dialogue"):
            await pause(stop, every_s)
        await knowledge.run(stop, every_s)

    return work


def choose_transcriber(settings: Settings) -> OpenAiTranscriber | None:
    """What hears voice messages in production; None without a key: they are asked for in writing."""
    key = settings.transcription_api_key.get_secret_value() or settings.openai_api_key.get_secret_value()
    base_url = settings.transcription_base_url or settings.openai_base_url
    if not settings.transcription_model or not (key or base_url):
        return None
    return OpenAiTranscriber(
        AddressGuard(networks(settings.allowed_networks)),
        api_key=key,
        base_url=base_url,
        model=settings.transcription_model,
        deadline_s=settings.transcription_deadline_s,
        limit_bytes=settings.audio_limit_mb * 1024 * 1024,
    )


def choose_embedder(settings: Settings) -> OpenAiEmbedder | None:
    """What finds knowledge by meaning in production; None without a key: full text alone."""
    key = settings.openai_api_key.get_secret_value()
    if not settings.embedding_model or not (key or settings.openai_base_url):
        return None
    return OpenAiEmbedder(
        api_key=key,
        base_url=settings.openai_base_url,
        model=settings.embedding_model,
        dimensions=settings.embedding_dimensions,
    )


def _assembled(prompts: Prompts, context: TurnContext) -> list[ShownPart]:
    return [ShownPart(part.name, part.text, part.tokens) for part in prompts.turn(context).parts]


def _read(kind: FactKind, value: str, settings: AccountSettings, now: datetime) -> tuple[str, str]:
    return read_value(kind, value, settings, now.astimezone(ZoneInfo(settings.time_zone)))


async def run(settings: Settings, _command: str) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    links = choose_links(settings)
    model = choose_model(settings, links)

    async def start(stack: AsyncExitStack, on_crash: Callable[[], None]) -> None:
        await build(settings, stack, model, on_crash, links)
        if isinstance(model, ModelChain | CachedReplies):
            stack.push_async_callback(model.close)
            # The first lead does not wait for a library to load, nor the first one of an outage for another.
            await model.warm_up()

    await run_until_stopped(start)
