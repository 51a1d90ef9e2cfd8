"""What the gateway's roles share: the composition root's first part."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

import grpc

from sdr.gateway.v1 import gateway_pb2
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.address_guard import AddressGuard, networks
from sdr_common.chatwoot import ChatwootHttp, ChatwootOptions
from sdr_common.database_clock import DatabaseClock
from sdr_common.event_outbox import EventOutbox
from sdr_common.grpc_client import make_channel
from sdr_common.idempotency import Idempotency
from sdr_common.lead_data import LeadData, parts_of
from sdr_common.mailbox import (
    Mailbox,
    MailboxOptions,
)
from sdr_common.postgres import Pool
from sdr_common.retention import Retention
from sdr_common.secret_box import SecretBox
from sdr_gateway.clients.chatwoot import HttpChatwootListing
from sdr_gateway.clients.services import GrpcDialogue, GrpcLeadKeeper, GrpcReporting, GrpcRouting, GrpcScoring
from sdr_gateway.operations.parts import Services
from sdr_gateway.operations.privacy import Privacy
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.accounts import AccountDirectory, BurstDefaults, PostgresAccounts
from sdr_gateway.store.conversations import PostgresConversations
from sdr_gateway.store.timeline import IgnoredLedger
from sdr_gateway.store.tombstones import LEAD_DATA, OLD, PostgresTombstones


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels(Services):
    """The other services with their adapters."""

    opened: dict[str, grpc.aio.Channel]
    """By short name; reporting is left out where it has no address."""
    keepers: dict[str, GrpcLeadKeeper]
    dialogue: GrpcDialogue
    scoring: GrpcScoring
    routing: GrpcRouting
    reporting: GrpcReporting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the door and the worker are made of."""

    settings: GatewaySettings
    pool: Pool
    idempotency: Idempotency
    channels: Channels
    own: AccountSettingsStore[gateway_pb2.GatewaySettings]
    """The gateway's part of accounts' documents."""
    keeper: PostgresAccounts
    directory: AccountDirectory
    mailbox: Mailbox
    conversations: PostgresConversations
    guard: AddressGuard
    chatwoot: ChatwootHttp
    listing: HttpChatwootListing
    privacy: Privacy
    old: Retention
    """What goes by age here."""
    ledger: IgnoredLedger
    clock: DatabaseClock


async def make_parts(settings: GatewaySettings, pool: Pool, stack: AsyncExitStack) -> Parts:
    """Puts them together.

    Args:
        settings: The gateway's.
        pool: The gateway's pool.
        stack: Owns what is opened.
    """
    channels = await _open_channels(settings, stack)
    own = AccountSettingsStore(gateway_pb2.GatewaySettings)
    defaults = BurstDefaults(settings.coalesce_idle_ms / 1000, settings.coalesce_max_ms / 1000)
    keeper = PostgresAccounts(SecretBox(settings.secret_key.get_secret_value()), own, defaults)
    directory = AccountDirectory(pool, keeper, settings.account_ttl_s)
    guard = AddressGuard(networks(settings.allowed_networks))
    chatwoot = ChatwootHttp(ChatwootOptions(client="sdr-gateway", guard=guard))
    stack.push_async_callback(chatwoot.aclose)
    idempotency = Idempotency(pool)
    return Parts(
        settings=settings,
        pool=pool,
        idempotency=idempotency,
        channels=channels,
        own=own,
        keeper=keeper,
        directory=directory,
        mailbox=Mailbox(pool, MailboxOptions(lease_s=settings.lease_s, patience_s=settings.patience_s)),
        conversations=PostgresConversations(pool, EventOutbox()),
        guard=guard,
        chatwoot=chatwoot,
        listing=HttpChatwootListing(chatwoot),
        privacy=Privacy(
            pool,
            idempotency,
            own=LeadData(pool, idempotency, parts_of(LEAD_DATA)),
            tombstones=PostgresTombstones(),
            keepers=channels.keepers,
            on_change=directory.forget,
        ),
        old=Retention(pool, OLD),
        ledger=IgnoredLedger(pool),
        clock=DatabaseClock(pool),
    )


async def _open_channels(settings: GatewaySettings, stack: AsyncExitStack) -> Channels:
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
    return Channels(
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
