"""Accounts' keys for language models, in Postgres, sealed."""

from __future__ import annotations

from sdr_common import audit
from sdr_common.postgres import Connection, Queries, make_pool, transaction
from sdr_common.secret_box import SecretBox
from sdr_dialogue.domain.model_keys import KeptKey
from sdr_dialogue.domain.models import Provider
from sdr_dialogue.settings import Settings

QUERIES = Queries.load("sdr_dialogue.store", "model_keys.sql")


class PostgresModelKeys:
    """The port `ModelKeys`; never commits."""

    async def find(self, conn: Connection, account_id: int) -> dict[Provider, KeptKey]:
        """See the port."""
        rows = await (await conn.execute(QUERIES["find"], {"account_id": account_id})).fetchall()
        kept = [
            KeptKey(
                Provider(row["provider"]),
                None if row["api_key"] is None else bytes(row["api_key"]),
                row["last_four"],
                row["base_url"],
                row["model"],
                row["analysis_model"],
                row["changed_at"],
            )
            for row in rows
        ]
        return {key.provider: key for key in kept}

    async def put(self, conn: Connection, account_id: int, key: KeptKey) -> None:
        """See the port."""
        parameters = {
            "account_id": account_id,
            "provider": key.provider.value,
            "api_key": key.sealed,
            "last_four": key.last_four,
            "base_url": key.base_url,
            "model": key.model,
            "analysis_model": key.analysis_model,
        }
        await conn.execute(QUERIES["put"], parameters)

    async def delete(self, conn: Connection, account_id: int, provider: Provider) -> bool:
        """See the port."""
        parameters = {"account_id": account_id, "provider": provider.value}
        return (await conn.execute(QUERIES["delete"], parameters)).rowcount > 0


async def reseal(settings: Settings) -> dict[str, int]:
    """Seals all keys with the installation's first key, in one transaction; gives how many.

    Raises:
        SecretUnreadable: one cannot be read with any of the installation's keys; nothing was changed.
        StoreUnavailable: the database does not answer.
    """
    box, url = SecretBox(settings.secret_key.get_secret_value()), settings.database_url.get_secret_value()
    async with make_pool(url, "dialogue", name="sdr-dialogue-reseal") as pool, transaction(pool) as conn:
        rows = await (await conn.execute(QUERIES["lock_secrets"])).fetchall()
        for row in rows:
            saved = {
                "account_id": row["account_id"],
                "provider": row["provider"],
                "api_key": box.reseal(row["api_key"]),
            }
            await conn.execute(QUERIES["save_secret"], saved)
        await audit.note(conn, "reseal_secrets", 0, detail={"secrets": len(rows)}, actor="command")
    return {"keys of models": len(rows)}
