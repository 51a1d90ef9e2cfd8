"""Accounts' routing settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common.account_settings import StoredVersion, find_version, put_version
from sdr_common.clinic import Clinic
from sdr_common.idempotency import Idempotency, Once
from sdr_common.postgres import Pool
from sdr_routing.domain.settings import RoutingSettings, check_settings
from sdr_routing.ports import AccountRouting, Accounts

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class PutSettingsCommand:
    """A new version of an account's settings."""

    account_id: int
    clinic: Clinic
    settings: RoutingSettings
    dry_run: bool


class AccountSettings:
    """Reads and stores settings.

    Args:
        pool: The service's pool.
        idempotency: Guards the mutating call.
        accounts: Where they are kept.
    """

    def __init__(self, pool: Pool, idempotency: Idempotency, accounts: Accounts) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._accounts = accounts

    async def get(self, account_id: int, version: int) -> AccountRouting:
        """One version of an account's settings, or the active one for 0.

        Raises:
            AccountNotFound: the account was never set up here.
            InvalidField: the account has no such version.
        """
        return await find_version(self._pool, self._accounts.find, account_id, version)

    async def put(self, command: PutSettingsCommand, once: Once[StoredVersion, A]) -> A:
        """Stores a new version; an equal one keeps its version, a dry run stores nothing.

        Raises:
            InvalidSettings: they contradict themselves.
            RequestIdReused: the id came before with another input.
        """
        check_settings(command.clinic, command.settings)
        answer = await put_version(
            self._pool,
            self._idempotency,
            once,
            dry_run=command.dry_run,
            find=lambda conn: self._accounts.find(conn, command.account_id),
            same=lambda active: (active.clinic, active.settings) == (command.clinic, command.settings),
            put=lambda conn: self._accounts.put(conn, command.account_id, command.clinic, command.settings),
        )
        self._accounts.forget(command.account_id)
        return answer
