"""The gateway's composition root: the only place where its parts meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import Flag, auto

import grpc
from fastapi import APIRouter

from sdr.gateway.v1 import gateway_pb2
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.address_guard import AddressGuard, networks
from sdr_common.audit import AuditServicer
from sdr_common.chatwoot import ChatwootHttp, ChatwootOptions
from sdr_common.database_clock import DatabaseClock
from sdr_common.event_outbox import EventForwarder, EventOutbox
from sdr_common.grpc_client import make_channel
from sdr_common.idempotency import Idempotency
from sdr_common.lead_data import LeadData, parts_of
from sdr_common.live_events import LiveEvents
from sdr_common.lossy_redis import LossyRedis
from sdr_common.mailbox import (
    GroupCommit,
    Mailbox,
    MailboxOptions,
    MailboxWorker,
    WorkerOptions,
)
from sdr_common.postgres import Pool, make_pool
from sdr_common.rate_limits import RateLimits
from sdr_common.retention import Retention
from sdr_common.secret_box import SecretBox
from sdr_common.service import ServiceProcess, run_until_stopped, schema_problem, standard_work
from sdr_common.source_gate import SourceGate
from sdr_gateway.app_api import make_api
from sdr_gateway.app_grpc import Servicers, serve_grpc
from sdr_gateway.app_watch import watch
from sdr_gateway.clients.chatwoot import HttpChatwootListing
from sdr_gateway.clients.metrics import MeterCounter
from sdr_gateway.clients.services import GrpcDialogue, GrpcLeadKeeper, GrpcReporting, GrpcRouting, GrpcScoring
from sdr_gateway.http.live import live_routes
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.server import WebServer, bind, make_app
from sdr_gateway.http.session import Sessions
from sdr_gateway.http.webhook import ChatwootWebhook
from sdr_gateway.live.hub import LiveHub
from sdr_gateway.operations.accounts import AccountWork, Services
from sdr_gateway.operations.asides import AsideWork
from sdr_gateway.operations.conversations import ConversationWork
from sdr_gateway.operations.ending import TurnEnd
from sdr_gateway.operations.ingest import Ingest
from sdr_gateway.operations.observe import Observer
from sdr_gateway.operations.panel_settings import PanelSettings
from sdr_gateway.operations.privacy import Privacy
from sdr_gateway.operations.pulse import PulseWork
from sdr_gateway.operations.retention import RetentionWork
from sdr_gateway.operations.sweep import Sweep, SweepLimits
from sdr_gateway.operations.timeline import Timelines
from sdr_gateway.operations.turns import TurnWork
from sdr_gateway.operations.wakes import WakeWork
from sdr_gateway.servicer import AccountServicer, ConversationServicer, LeadServicer, OperationsServicer
from sdr_gateway.servicer_audit import MergedAuditServicer
from sdr_gateway.servicer_settings import AccountSettingsServicer
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.accounts import AccountDirectory, BurstDefaults, PostgresAccounts
from sdr_gateway.store.conversations import PostgresConversations
from sdr_gateway.store.sweeps import PostgresPulseClaims, PostgresRetentionClaims, PostgresSweeps
from sdr_gateway.store.timeline import IgnoredLedger, PostgresTimeline
from sdr_gateway.store.tombstones import LEAD_DATA, OLD, PostgresTombstones
from sdr_gateway.worker.handler import MeasuredTurns, TurnHandler, measure

SCHEMA = "gateway"
"""The Postgres schema that is this service's alone."""
_NOTE_EVERY_S = 5.0
"""Pause between two writes of what was told and not kept."""
_RETENTION_EVERY_S = 300.0
"""Pause between two looks for an account whose old records are due."""
_SETTLE_EVERY_S = 10.0
"""Pause between two looks for forgotten leads whose late traces are due."""


class Role(Flag):
    """What a process does."""

    SERVE = auto()
    """The webhook door and the account service."""
    WORK = auto()
    """Turns and sweeps."""
    ALL = SERVE | WORK


class Gateway:
    """A running gateway.

    Args:
        settings: As given.
        pool: Open.
        role: What it does.
        on_crash: Told when background work ends by an error; the process must then end.
    """

    def __init__(
        self, settings: GatewaySettings, pool: Pool, role: Role, on_crash: Callable[[], None] = lambda: None
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._role = role
        self._on_crash = on_crash
        self.http_port = 0
        """The port of the webhook door."""
        self.grpc_port = 0
        """The port of the account service; 0: not served."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Starts everything that the role needs.

        Raises:
            SystemExit: a port is taken.
        """
        settings, pool = self._settings, self._pool
        channels = await self._channels(stack)
        own = AccountSettingsStore(gateway_pb2.GatewaySettings)
        defaults = BurstDefaults(settings.coalesce_idle_ms / 1000, settings.coalesce_max_ms / 1000)
        keeper = PostgresAccounts(SecretBox(settings.secret_key.get_secret_value()), own, defaults)
        directory = AccountDirectory(pool, keeper, settings.account_ttl_s)
        options = MailboxOptions(lease_s=settings.lease_s, patience_s=settings.patience_s)
        mailbox = Mailbox(pool, options)
        guard = AddressGuard(networks(settings.allowed_networks))
        chatwoot = ChatwootHttp(ChatwootOptions(client="sdr-gateway", guard=guard))
        stack.push_async_callback(chatwoot.aclose)
        listing = HttpChatwootListing(chatwoot)
        conversations = PostgresConversations(pool, EventOutbox())
        worker = self._worker(mailbox, conversations, directory, channels, listing) if Role.WORK in self._role else None
        commit = GroupCommit(mailbox, on_commit=worker.nudge if worker is not None else None)
        await stack.enter_async_context(commit)
        ledger = IgnoredLedger(pool)
        ingest = Ingest(commit, MeterCounter(), ledger, quiet_s=settings.quiet_s, echo_quiet_s=settings.echo_quiet_s)
        idempotency = Idempotency(pool)
        privacy = Privacy(
            pool,
            idempotency,
            own=LeadData(pool, idempotency, parts_of(LEAD_DATA)),
            tombstones=PostgresTombstones(),
            keepers=channels.keepers,
            on_change=directory.forget,
        )
        clock = DatabaseClock(pool)
        own_old = Retention(pool, OLD)
        webhook, grpc_server, api = None, None, None
        if Role.SERVE in self._role:
            redis = LossyRedis(settings.redis_url)
            stack.push_async_callback(redis.aclose)
            door = SourceGate(RateLimits(redis, "webhook"), settings.webhooks_per_minute)
            calls = SourceGate(RateLimits(redis, "gateway"), settings.calls_per_minute)
            webhook = ChatwootWebhook(directory, ingest, clock.now, door, AsideWork(pool, EventOutbox(), clock.now))
            accounts = AccountWork(
                pool,
                idempotency,
                services=channels,
                settings=own,
                keeper=keeper,
                listing=listing,
                guard=guard,
                public_url=settings.public_url,
                on_change=directory.forget,
            )
            servicers = Servicers(
                accounts=AccountServicer(accounts),
                conversations=ConversationServicer(
                    ConversationWork(pool, idempotency, directory, conversations, ingest)
                ),
                leads=LeadServicer(privacy, own_old),
                audit=MergedAuditServicer(AuditServicer(pool), channels.opened),
                operations=OperationsServicer(
                    Timelines(
                        PostgresTimeline(pool),
                        conversations,
                        dialogue=channels.dialogue,
                        scoring=channels.scoring,
                        routing=channels.routing,
                    ),
                    settings.trace_url_template,
                ),
                settings=AccountSettingsServicer(
                    PanelSettings(
                        pool,
                        idempotency,
                        services=channels,
                        settings=own,
                        live=LiveEvents(redis),
                        on_change=directory.forget,
                    ),
                    directory,
                    settings.public_url,
                ),
            )
            grpc_server = await serve_grpc(SCHEMA, settings, servicers, calls)
            self.grpc_port = grpc_server.port
            api = await make_api(
                settings,
                stack,
                pool,
                directory,
                chatwoot=chatwoot,
                redis=redis,
                gate=calls,
                channels=channels.opened,
                own_port=grpc_server.port,
            )
        status = await watch(settings, stack, pool, mailbox, worker=worker, listing=listing)
        process = ServiceProcess(grpc_server, settings.drain_s, self._on_crash)
        stack.push_async_callback(process.stop)
        # Shut first: what came in before is still committed and, in this process, worked on.
        self._serve_http(webhook, api, process, stack, status)
        process.in_background(
            *standard_work(process, pool, "sdr_gateway", idempotency, settings.redis_url),
            lambda stop: ledger.run(stop, _NOTE_EVERY_S),
            clock.run,
        )
        if worker is not None:
            sweep = self._sweep(directory, listing, ingest)
            process.in_background(worker.run, lambda stop: sweep.run(stop, settings.sweep_interval_s))
            after_s = settings.forget_settle_s
            process.in_background(lambda stop: privacy.run(stop, _SETTLE_EVERY_S, after_s))
            retention = RetentionWork(pool, PostgresRetentionClaims(pool), own, own_old, channels.keepers)
            interval_s = settings.retention_interval_s
            process.in_background(lambda stop: retention.run(stop, interval_s, min(interval_s, _RETENTION_EVERY_S)))
            if channels.reporting is not None:
                self._tell_reporting(process, directory, channels.routing, channels.reporting)

    def _tell_reporting(
        self, process: ServiceProcess, accounts: AccountDirectory, routing: GrpcRouting, reporting: GrpcReporting
    ) -> None:
        """Sends events, and how accounts are."""
        pulse = PulseWork(PostgresPulseClaims(self._pool), accounts, routing=routing, reporting=reporting)
        interval_s = self._settings.pulse_interval_s
        process.in_background(EventForwarder(self._pool, reporting).run, lambda stop: pulse.run(stop, interval_s))

    async def _channels(self, stack: AsyncExitStack) -> _Channels:
        settings = self._settings

        async def channel(target: str) -> grpc.aio.Channel:
            return await stack.enter_async_context(make_channel(target, settings.transport))

        timeout_s = settings.call_timeout_s
        targets = {
            "dialogue": settings.dialogue_target,
            "scoring": settings.scoring_target,
            "routing": settings.routing_target,
            "reporting": settings.reporting_target,
        }
        opened = {name: await channel(target) for name, target in targets.items() if target}
        reporting = None
        if "reporting" in opened:
            reporting = GrpcReporting(opened["reporting"], timeout_s=timeout_s)
        return _Channels(
            opened=opened,
            keepers={name: GrpcLeadKeeper(found, timeout_s=timeout_s) for name, found in opened.items()},
            dialogue=GrpcDialogue(
                opened["dialogue"],
                timeout_s=timeout_s,
                engine_timeout_s=settings.respond_timeout_s,
            ),
            scoring=GrpcScoring(opened["scoring"], timeout_s=timeout_s),
            routing=GrpcRouting(
                opened["routing"],
                timeout_s=timeout_s,
                connect_timeout_s=settings.connect_timeout_s,
            ),
            reporting=reporting,
        )

    def _worker(
        self,
        mailbox: Mailbox,
        conversations: PostgresConversations,
        accounts: AccountDirectory,
        channels: _Channels,
        chatwoot: HttpChatwootListing,
    ) -> MailboxWorker:
        settings = self._settings
        observer = Observer(channels.dialogue)
        ending = TurnEnd(
            mailbox,
            conversations,
            dialogue=channels.dialogue,
            routing=channels.routing,
            observer=observer,
            poison_attempts=settings.poison_attempts,
        )
        wakes = WakeWork(
            mailbox,
            conversations,
            accounts,
            chatwoot=chatwoot,
            dialogue=channels.dialogue,
            scoring=channels.scoring,
            observer=observer,
            ending=ending,
        )
        work = TurnWork(
            MeasuredTurns(mailbox),
            conversations,
            accounts,
            dialogue=channels.dialogue,
            scoring=channels.scoring,
            observer=observer,
            ending=ending,
            wakes=wakes,
            stale_after_s=settings.patience_s * 0.75,
        )
        options = WorkerOptions(in_flight=settings.in_flight, drain_s=settings.drain_s)
        return MailboxWorker(mailbox, TurnHandler(work), options, metrics=measure)

    def _sweep(self, accounts: AccountDirectory, listing: HttpChatwootListing, ingest: Ingest) -> Sweep:
        settings = self._settings
        limits = SweepLimits(
            settings.sweep_lookback_s,
            settings.sweep_conversations,
            settings.sweep_grace_s,
            settings.sweep_answer_within_s,
        )
        return Sweep(PostgresSweeps(self._pool), accounts, listing, ingest, limits)

    def _serve_http(
        self,
        webhook: ChatwootWebhook | None,
        api: tuple[Sessions, RestApi] | None,
        process: ServiceProcess,
        stack: AsyncExitStack,
        status: APIRouter,
    ) -> None:
        settings = self._settings
        listener = bind(settings.http_host, settings.http_port)
        self.http_port = listener.getsockname()[1]
        checks = {"postgres": lambda: schema_problem(self._pool, "sdr_gateway")}
        closing = asyncio.Event()
        routers = [status]
        if api is not None:
            hub = LiveHub(settings.redis_url)
            process.in_background(hub.run)
            routers.append(live_routes(hub, api[0], closing.is_set))
        web = WebServer(make_app(webhook, checks, api, routers, settings.frame_ancestors), drain_s=settings.drain_s)
        task = asyncio.create_task(web.serve(sockets=[listener]))

        async def shut() -> None:
            closing.set()
            web.should_exit = True
            await task

        stack.push_async_callback(shut)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channels(Services):
    """The other services with their adapters."""

    opened: dict[str, grpc.aio.Channel]
    """By short name; reporting is left out where it has no address."""
    keepers: dict[str, GrpcLeadKeeper]
    dialogue: GrpcDialogue
    scoring: GrpcScoring
    routing: GrpcRouting
    reporting: GrpcReporting | None


async def build(
    settings: GatewaySettings,
    stack: AsyncExitStack,
    role: Role = Role.ALL,
    on_crash: Callable[[], None] = lambda: None,
) -> Gateway:
    """Starts a gateway; closing `stack` drains and ends it.

    Args:
        settings: The gateway's.
        stack: Owns everything that is open.
        role: What this process does.
        on_crash: Told when background work ends by an error.

    Raises:
        SystemExit: a port is taken.
    """
    pool = make_pool(
        settings.database_url.get_secret_value(), SCHEMA, name="sdr-gateway", max_size=settings.pool_max_size
    )
    await stack.enter_async_context(pool)
    gateway = Gateway(settings, pool, role, on_crash)
    await gateway.start(stack)
    return gateway


async def run(settings: GatewaySettings, role: Role) -> None:
    """Works until SIGTERM or SIGINT, then drains."""
    await run_until_stopped(lambda stack, on_crash: build(settings, stack, role, on_crash))
