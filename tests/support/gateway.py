"""A gateway in this process on a real database, with dialogue, scoring and routing faked behind real gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from cryptography.fernet import Fernet
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from sdr.common.v1 import lead_pb2 as lead
from sdr.gateway.v1.gateway_pb2 import GatewaySettings as AccountPart
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.postgres import make_pool, transaction
from sdr_common.secret_box import SecretBox
from sdr_gateway.app import Gateway, Role, build
from sdr_gateway.domain.account import Account
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.accounts import BurstDefaults, PostgresAccounts
from tests.support.gateway_services import SECRET, Services, a_lead, a_qualification, a_reply, fake_services
from tests.support.net import PLAIN
from tests.support.payloads import Json, encode, sign

__all__ = [
    "KEY",
    "PATH_SECRET",
    "SECRET",
    "Door",
    "Services",
    "a_lead",
    "a_qualification",
    "a_reply",
    "ended_with",
    "fake_services",
    "gateway_settings",
    "has_outcomes",
    "phase",
    "phase_is",
    "running_gateway",
    "status_is",
    "store_account",
]
"""Tests take a gateway and the services behind it from here."""
PATH_SECRET = "caminho-secreto-de-teste"
KEY = Fernet.generate_key().decode()


def gateway_settings(url: str, services: Services, **overrides: Any) -> GatewaySettings:
    """Short times, free ports."""
    given: dict[str, Any] = {
        "database_url": url,
        "secret_key": KEY,
        "http_port": 0,
        "grpc_port": 0,
        "dialogue_target": services.target,
        "scoring_target": services.target,
        "routing_target": services.target,
        "coalesce_idle_ms": 400,
        "coalesce_max_ms": 2000,
        "quiet_s": 0.2,
        "echo_quiet_s": 0.3,
        "lease_s": 2.0,
        "sweep_interval_s": 3600.0,
        "account_ttl_s": 0.2,
        "drain_s": 1.0,
        "sign_in_deadline_s": 20.0,
    }
    return GatewaySettings.model_validate({**given, **overrides})


@dataclass
class Door:
    """A running gateway, and a Chatwoot that posts to it."""

    gateway: Gateway
    http: httpx.AsyncClient
    url: str

    async def post(self, body: Json, *, account: int = 1, secret: str = SECRET) -> httpx.Response:
        """Posts one signed event."""
        raw = encode(body)
        return await self.http.post(f"/webhooks/chatwoot/{account}", content=raw, headers=sign(secret, raw))

    async def tell(self, *bodies: Json) -> None:
        """Posts events at once; each must be taken."""
        for response in await asyncio.gather(*(self.post(body) for body in bodies)):
            assert response.status_code == 200, response.text

    async def rows(self, query: str) -> list[DictRow]:
        """Reads the gateway's tables."""
        async with await AsyncConnection.connect(
            self.url, row_factory=dict_row, options="-c search_path=gateway"
        ) as conn:
            return await (await conn.execute(query.encode())).fetchall()

    async def execute(self, statement: str) -> None:
        """Changes the gateway's tables, as time or an accident would."""
        async with await AsyncConnection.connect(self.url, options="-c search_path=gateway") as conn:
            await conn.execute(statement.encode())

    async def outcomes(self) -> list[str]:
        """Outcomes of the turns that ended, oldest first."""
        return [row["outcome"] for row in await self.rows("select outcome from mailbox_turn order by turn")]


async def store_account(url: str, settings: AccountPart | None = None, **changes: Any) -> None:
    """Stores a connected account as ImportAccount and ConnectAccount do; without `settings` no document."""
    given: dict[str, Any] = {
        "account_id": 1,
        "chatwoot_url": "http://127.0.0.1:9",
        "chatwoot_account_id": 3,
        "connected_at": 0.0,
        "webhook_secret": SECRET,
        "path_secret": PATH_SECRET,
        "admin_token": "admin-token-de-teste",
    }
    connected_at = changes.pop("connected_at", None)
    account = Account(**{**given, **changes})
    store = PostgresAccounts(SecretBox(KEY), AccountSettingsStore(AccountPart), BurstDefaults(2.0, 8.0))
    async with make_pool(url, "gateway", name="test") as pool, transaction(pool) as conn:
        await store.save(conn, account, "4.15.1")
        if settings is not None:
            clinic = lead.Clinic(name="Bella Pele", assistant_name="Bella", time_zone="America/Sao_Paulo")
            await AccountSettingsStore(AccountPart).put(conn, account.account_id, clinic, settings)
        if connected_at is not None:
            await conn.execute(
                "update account set connected_at = %s where account_id = %s",
                [datetime.fromtimestamp(connected_at, UTC), account.account_id],
            )


@asynccontextmanager
async def running_gateway(
    url: str,
    services: Services,
    *,
    role: Role = Role.ALL,
    account: bool = True,
    chatwoot_url: str = "http://127.0.0.1:9",
    settings: AccountPart | None = None,
    **overrides: Any,
) -> AsyncIterator[Door]:
    """A gateway, its account connected an hour ago, with the account's `settings`."""
    if account:
        connected_at = datetime.now(UTC).timestamp() - 3600
        await store_account(url, settings, connected_at=connected_at, chatwoot_url=chatwoot_url)
    async with AsyncExitStack() as stack:
        gateway = await build(gateway_settings(url, services, **overrides), stack, role)
        base = f"http://127.0.0.1:{gateway.http_port}"
        http = await stack.enter_async_context(
            httpx.AsyncClient(verify=PLAIN, base_url=base, timeout=60, trust_env=False)
        )
        yield Door(gateway, http, url)


async def has_outcomes(door: Door, expected: list[str]) -> bool:
    """Whether exactly these turns ended."""
    return await door.outcomes() == expected


async def ended_with(door: Door, outcome: str) -> bool:
    """Whether the newest turn ended so."""
    return (await door.outcomes())[-1:] == [outcome]


async def phase(door: Door) -> str:
    """The only conversation's phase; empty: there is none yet."""
    rows = await door.rows("select phase from conversation")
    return str(rows[0]["phase"]) if rows else ""


async def phase_is(door: Door, expected: str) -> bool:
    """Whether the only conversation is in this phase."""
    return await phase(door) == expected


async def status_is(door: Door, status: str) -> bool:
    """Whether this is the newest status that was seen."""
    return await door.rows("select chatwoot_status as s from conversation") == [{"s": status}]
