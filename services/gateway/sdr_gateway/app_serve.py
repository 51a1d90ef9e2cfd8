"""The door's part of the composition root: webhooks, contracts, and what people call over HTTP."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from sdr_common.audit import AuditServicer
from sdr_common.event_outbox import EventOutbox
from sdr_common.grpc_server import GrpcServer
from sdr_common.live_events import LiveEvents
from sdr_common.lossy_redis import LossyRedis
from sdr_common.rate_limits import RateLimits
from sdr_common.source_gate import SourceGate
from sdr_gateway.app_api import make_api
from sdr_gateway.app_grpc import Servicers, serve_grpc
from sdr_gateway.app_parts import Parts
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.session import Sessions
from sdr_gateway.http.webhook import ChatwootWebhook
from sdr_gateway.operations.accounts import AccountWork
from sdr_gateway.operations.asides import AsideWork
from sdr_gateway.operations.conversations import ConversationWork
from sdr_gateway.operations.ingest import Ingest
from sdr_gateway.operations.panel_settings import PanelSettings
from sdr_gateway.operations.timeline import Timelines
from sdr_gateway.servicer import AccountServicer, ConversationServicer, LeadServicer, OperationsServicer
from sdr_gateway.servicer_audit import MergedAuditServicer
from sdr_gateway.servicer_settings import AccountSettingsServicer
from sdr_gateway.store.timeline import PostgresTimeline


@dataclass(frozen=True, slots=True)
class Served:
    """What a process with the door serves; its contracts already are."""

    webhook: ChatwootWebhook
    grpc: GrpcServer
    sessions: Sessions
    api: RestApi


async def serve(schema: str, parts: Parts, stack: AsyncExitStack, ingest: Ingest) -> Served:
    """Puts the door together and serves the contracts.

    Args:
        schema: The gateway's name.
        parts: The gateway's.
        stack: Owns what is opened.
        ingest: Takes messages in.

    Raises:
        SystemExit: the port is taken.
    """
    settings, pool, clock = parts.settings, parts.pool, parts.clock
    redis = LossyRedis(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    door = SourceGate(RateLimits(redis, "webhook"), settings.webhooks_per_minute)
    calls = SourceGate(RateLimits(redis, "gateway"), settings.calls_per_minute)
    webhook = ChatwootWebhook(parts.directory, ingest, clock.now, door, AsideWork(pool, EventOutbox(), clock.now))
    grpc_server = await serve_grpc(schema, settings, _servicers(parts, ingest, redis), calls)
    sessions, api = await make_api(
        settings,
        stack,
        pool,
        parts.directory,
        chatwoot=parts.chatwoot,
        redis=redis,
        gate=calls,
        channels=parts.channels.opened,
        own_port=grpc_server.port,
    )
    return Served(webhook, grpc_server, sessions, api)


def _servicers(parts: Parts, ingest: Ingest, redis: LossyRedis) -> Servicers:
    settings, pool, channels, idempotency = parts.settings, parts.pool, parts.channels, parts.idempotency
    accounts = AccountWork(
        pool,
        idempotency,
        services=channels,
        settings=parts.own,
        keeper=parts.keeper,
        listing=parts.listing,
        guard=parts.guard,
        public_url=settings.public_url,
        on_change=parts.directory.forget,
    )
    timelines = Timelines(
        PostgresTimeline(pool),
        parts.conversations,
        dialogue=channels.dialogue,
        scoring=channels.scoring,
        routing=channels.routing,
    )
    panel = PanelSettings(
        pool,
        idempotency,
        services=channels,
        settings=parts.own,
        live=LiveEvents(redis),
        on_change=parts.directory.forget,
    )
    conversations = ConversationWork(pool, idempotency, parts.directory, parts.conversations, ingest)
    return Servicers(
        accounts=AccountServicer(accounts),
        conversations=ConversationServicer(conversations),
        leads=LeadServicer(parts.privacy, parts.old),
        audit=MergedAuditServicer(AuditServicer(pool), channels.opened),
        operations=OperationsServicer(timelines, settings.trace_url_template),
        settings=AccountSettingsServicer(panel, parts.directory, settings.public_url),
    )
