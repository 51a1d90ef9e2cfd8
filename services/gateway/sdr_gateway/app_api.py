"""The API's part of the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

import grpc

from sdr.dialogue.v1 import dialogue_pb2
from sdr.gateway.v1 import gateway_pb2
from sdr.privacy.v1 import privacy_pb2
from sdr.reporting.v1 import reporting_pb2
from sdr.routing.v1 import routing_pb2
from sdr.scoring.v1 import scoring_pb2
from sdr_common.chatwoot import ChatwootHttp
from sdr_common.grpc_client import make_channel
from sdr_common.lossy_redis import LossyRedis
from sdr_common.postgres import Pool
from sdr_common.rate_limits import RateLimits
from sdr_common.source_gate import SourceGate
from sdr_gateway.clients.people import ChatwootPeople
from sdr_gateway.domain.access import SessionTimes
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.session import Sessions
from sdr_gateway.operations.access import AccessWork
from sdr_gateway.ports import Accounts
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.access import PostgresAccess

_FILES = {
    "dialogue": dialogue_pb2.DESCRIPTOR,
    "scoring": scoring_pb2.DESCRIPTOR,
    "routing": routing_pb2.DESCRIPTOR,
    "reporting": reporting_pb2.DESCRIPTOR,
}
_OWN_FILES = (gateway_pb2.DESCRIPTOR, privacy_pb2.DESCRIPTOR)
"""Contracts that the gateway serves itself."""


async def make_api(
    settings: GatewaySettings,
    stack: AsyncExitStack,
    pool: Pool,
    accounts: Accounts,
    *,
    chatwoot: ChatwootHttp,
    redis: LossyRedis,
    gate: SourceGate,
    channels: Mapping[str, grpc.aio.Channel],
    own_port: int,
) -> tuple[Sessions, RestApi]:
    """What people and programs call over HTTP.

    Args:
        settings: The gateway's.
        stack: Owns what is opened.
        pool: The gateway's pool.
        accounts: Whose Chatwoot says who somebody is.
        chatwoot: Connections to it.
        redis: Where attempts to sign in are counted.
        gate: Limits what one address may ask.
        channels: To the other services, by short name; a service without one has no calls here.
        own_port: Where this process serves its own contracts.
    """
    times = SessionTimes(settings.session_idle_h * 3600, settings.session_max_h * 3600)
    people, limits = ChatwootPeople(chatwoot), RateLimits(redis, "sign-in")
    work = AccessWork(pool, PostgresAccess(), accounts, people=people, limits=limits, times=times)
    sessions = Sessions(work, gate, secure=settings.public_url.startswith("https://"))
    own = await stack.enter_async_context(make_channel(f"127.0.0.1:{own_port}", settings.transport))
    files = [file for name, file in _FILES.items() if name in channels]
    by_service = {
        service.full_name: channels[name]
        for name, file in _FILES.items()
        if name in channels
        for service in file.services_by_name.values()
    } | {service.full_name: own for file in _OWN_FILES for service in file.services_by_name.values()}
    return sessions, RestApi([*files, *_OWN_FILES], by_service, sessions.identify)
