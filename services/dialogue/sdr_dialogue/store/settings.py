"""The accounts' settings in Postgres, as the domain sees them."""

from __future__ import annotations

from sdr.dialogue.v1.dialogue_pb2 import DialogueSettings
from sdr_common.account_settings import AccountSettingsStore, CachedSettings, StoredSettings
from sdr_common.postgres import Connection, Pool
from sdr_dialogue.convert import account_settings_from_wire, account_settings_to_wire
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.operations_prompts import PromptPart


class PostgresSettings:
    """The port `AccountSettingsSource`.

    Args:
        pool: The service's pool.
        ttl_s: Seconds after which a change made by another process is seen.
        part: Keeps the versions of the prompt.
    """

    def __init__(self, pool: Pool, ttl_s: float, part: PromptPart) -> None:
        self._part = part
        self._store = AccountSettingsStore(DialogueSettings)
        self._cached = CachedSettings(pool, self._store, ttl_s)
        self._converted: dict[int, tuple[int, AccountSettings]] = {}

    async def active(self, account_id: int) -> AccountSettings:
        """See the port."""
        stored = await self._cached.active(account_id)
        known = self._converted.get(account_id)
        if known is not None and known[0] == stored.version:
            # The same object as before: engines keep what they prepared for it.
            return known[1]
        settings = _converted(stored)
        self._converted[account_id] = (stored.version, settings)
        return settings

    async def find(self, conn: Connection, account_id: int, version: int) -> AccountSettings | None:
        """See the port."""
        stored = await self._store.find(conn, account_id, version)
        return None if stored is None else _converted(stored)

    async def put(self, conn: Connection, account_id: int, settings: AccountSettings) -> tuple[int, bool]:
        """See the port."""
        clinic, message = account_settings_to_wire(settings)
        version, changed = await self._store.put(conn, account_id, clinic, message)
        await self._part.record(conn, account_id, version, message)
        return version, changed

    async def with_prompt(self, account_id: int, number: int) -> AccountSettings:
        """See the port."""
        return _converted(await self._part.settings_with(account_id, number))

    def forget(self, account_id: int) -> None:
        """See the port."""
        self._cached.forget(account_id)


def _converted(stored: StoredSettings[DialogueSettings]) -> AccountSettings:
    return account_settings_from_wire(stored.clinic, stored.settings, stored.version)
