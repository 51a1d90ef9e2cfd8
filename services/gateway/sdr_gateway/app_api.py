"""The API's part of the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

import grpc

from sdr_common.chatwoot import ChatwootHttp
from sdr_common.grpc_client import make_channel
from sdr_common.lossy_redis import LossyRedis
from sdr_common.postgres import Pool
from sdr_common.rate_limits import RateLimits
from sdr_common.source_gate import SourceGate
from sdr_gateway.clients.people import ChatwootPeople
from sdr_gateway.domain.access import SessionTimes
from sdr_gateway.http.limits import CallerLimits
from sdr_gateway.http.rest.contracts import OWN, contracts, served
from sdr_gateway.http.rest.endpoint import RestApi
from sdr_gateway.http.session import Sessions
from sdr_gateway.operations.access import AccessWork
from sdr_gateway.ports import Accounts
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.access import PostgresAccess

CONTRACTS = tuple(file for files in contracts().values() for file in files)
"""Every contract whose bound calls the API has."""


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
    per_caller = CallerLimits(RateLimits(redis, "caller"), settings.requests_per_minute)
    sessions = Sessions(
        work,
        gate,
        secure=settings.public_url.startswith("https://"),
        limits=per_caller,
        deadline_s=settings.sign_in_deadline_s,
    )
    own = await stack.enter_async_context(make_channel(f"127.0.0.1:{own_port}", settings.transport))
    files, by_service = served({**channels, OWN: own})
    return sessions, RestApi(files, by_service, sessions.identify)
