"""Connected accounts: kept sealed, read from memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sdr.gateway.v1.gateway_pb2 import GatewaySettings
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.errors import AccountNotFound, DomainError
from sdr_common.postgres import Connection, Pool, Queries, connection
from sdr_common.secret_box import SecretBox
from sdr_gateway.domain.account import Account
from sdr_gateway.operations.account_rules import answering_hours, conversation_rules, seconds

QUERIES = Queries.load(__package__)
"""The gateway's own statements, by name."""
_ZONE = "America/Sao_Paulo"
"""Of an account whose document was never imported."""


@dataclass(frozen=True, slots=True)
class BurstDefaults:
    """How long bursts are waited for where an account says nothing."""

    idle_s: float
    cap_s: float


class PostgresAccounts:
    """Reads and writes connections; never commits.

    Args:
        box: Seals secrets.
        settings: The gateway's part of account documents.
        defaults: For accounts that set no times.
    """

    def __init__(
        self, box: SecretBox, settings: AccountSettingsStore[GatewaySettings], defaults: BurstDefaults
    ) -> None:
        self._box = box
        self._settings = settings
        self._defaults = defaults

    def path_secret_for(self, request_id: str) -> str:
        """See `ports.AccountKeeper`."""
        return self._box.derive(f"path-secret/{request_id}")

    async def find(self, conn: Connection, account_id: int) -> Account | None:
        """One connected account; None when there is none.

        Raises:
            SecretUnreadable: it was sealed with a key that this process does not have.
        """
        row = await (await conn.execute(QUERIES["find_account"], {"account_id": account_id})).fetchone()
        if row is None:
            return None
        stored = await self._settings.find(conn, account_id)
        settings = stored.settings if stored is not None else GatewaySettings()
        zone = stored.clinic.time_zone if stored is not None else _ZONE
        idle_s, cap_s = self._defaults.idle_s, self._defaults.cap_s
        if settings.HasField("coalesce_idle"):
            idle_s = seconds(settings.coalesce_idle)
        if settings.HasField("coalesce_max"):
            cap_s = seconds(settings.coalesce_max)
        sealed = row["webhook_secret_sealed"]
        return Account(
            account_id=account_id,
            chatwoot_url=row["chatwoot_url"],
            chatwoot_account_id=row["chatwoot_account_id"],
            connected_at=row["connected_at"].timestamp(),
            webhook_secret=None if sealed is None else self._box.open(sealed),
            path_secret=self._box.open(row["path_secret_sealed"]),
            admin_token=self._box.open(row["admin_token_sealed"]),
            idle_s=idle_s,
            cap_s=max(idle_s, cap_s),
            answers_within=answering_hours(settings, zone),
            rules=conversation_rules(settings, zone),
            forgotten={int(contact_id): float(at) for contact_id, at in (row["forgotten"] or {}).items()},
        )

    async def ids(self, conn: Connection) -> set[int]:
        """Every connected account."""
        return {row["account_id"] for row in await (await conn.execute(QUERIES["account_ids"])).fetchall()}

    async def save(self, conn: Connection, account: Account, version: str) -> datetime:
        """Keeps a connection.

        Returns:
            When the account was connected first.
        """
        secret = account.webhook_secret
        parameters = {
            "account_id": account.account_id,
            "chatwoot_url": account.chatwoot_url,
            "chatwoot_account_id": account.chatwoot_account_id,
            "chatwoot_version": version,
            "admin_token_sealed": self._box.seal(account.admin_token),
            "webhook_secret_sealed": None if secret is None else self._box.seal(secret),
            "path_secret_sealed": self._box.seal(account.path_secret),
        }
        row = await (await conn.execute(QUERIES["save_account"], parameters)).fetchone()
        if row is None:
            raise AccountNotFound(account.account_id)
        connected_at: datetime = row["connected_at"]
        return connected_at


_STALE_FACTOR = 5


class AccountDirectory:
    """Accounts from memory, so that a webhook costs no query.

    One that is older than `ttl_s` is given all the same and read anew in the background, one that is
    several times older is read first; an id that is not known costs at most one look a second for all.

    Args:
        pool: The gateway's pool.
        store: Where accounts are.
        ttl_s: Seconds after which a change is looked for.
    """

    def __init__(self, pool: Pool, store: PostgresAccounts, ttl_s: float = 3.0) -> None:
        self._pool = pool
        self._store = store
        self._ttl_s = ttl_s
        self._known: dict[int, tuple[float, Account]] = {}
        self._ids: set[int] = set()
        self._ids_at = float("-inf")
        self._ids_lock = asyncio.Lock()
        self._refreshing: dict[int, asyncio.Task[None]] = {}

    async def get(self, account_id: int) -> Account:
        """One account.

        Raises:
            AccountNotFound: it is not connected.
            StoreUnavailable: it is not in memory, and the database does not answer.
        """
        known = self._known.get(account_id)
        if known is None:
            await self._look_for(account_id)
            return await self._read(account_id)
        age_s = monotonic() - known[0]
        if age_s > self._ttl_s and account_id not in self._refreshing:
            self._refreshing[account_id] = asyncio.create_task(self._refresh(account_id))
        if age_s > self._ttl_s * _STALE_FACTOR:
            # Nobody asked for long. While the database is away, what is in memory goes on serving.
            # Shielded: one caller that gives up must not end it for the others.
            await asyncio.shield(self._refreshing[account_id])
            known = self._known.get(account_id, known)
        return known[1]

    def forget(self, account_id: int) -> None:
        """Makes the next read see what was just stored."""
        self._known.pop(account_id, None)
        self._ids_at = float("-inf")

    async def _look_for(self, account_id: int) -> None:
        async with self._ids_lock:
            if account_id not in self._ids and monotonic() - self._ids_at > min(self._ttl_s, 1.0):
                async with connection(self._pool) as conn:
                    self._ids = await self._store.ids(conn)
                self._ids_at = monotonic()
        if account_id not in self._ids:
            raise AccountNotFound(account_id)

    async def _read(self, account_id: int) -> Account:
        async with connection(self._pool) as conn:
            account = await self._store.find(conn, account_id)
        if account is None:
            self._known.pop(account_id, None)
            raise AccountNotFound(account_id)
        self._known[account_id] = (monotonic(), account)
        return account

    async def _refresh(self, account_id: int) -> None:
        try:
            await self._read(account_id)
        except DomainError:
            # What is in memory goes on serving; the next request tries again.
            return
        finally:
            self._refreshing.pop(account_id, None)
