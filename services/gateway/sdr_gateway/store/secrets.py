"""Seals every stored secret anew, with the newest key."""

from __future__ import annotations

from sdr_common import audit
from sdr_common.postgres import make_pool, transaction
from sdr_common.secret_box import SecretBox
from sdr_gateway.settings import GatewaySettings
from sdr_gateway.store.accounts import QUERIES

_COLUMNS = ("admin_token_sealed", "webhook_secret_sealed", "path_secret_sealed")


async def reseal(settings: GatewaySettings) -> dict[str, int]:
    """Seals all accounts' secrets with the first key, in one transaction; gives how many.

    Raises:
        SecretUnreadable: one cannot be read with any of the keys; nothing was changed.
        StoreUnavailable: the database does not answer.
    """
    box = SecretBox(settings.secret_key.get_secret_value())
    url, count = settings.database_url.get_secret_value(), 0
    async with make_pool(url, "gateway", name="sdr-gateway-reseal") as pool, transaction(pool) as conn:
        rows = await (await conn.execute(QUERIES["lock_secrets"])).fetchall()
        for row in rows:
            sealed = {name: None if row[name] is None else box.reseal(row[name]) for name in _COLUMNS}
            await conn.execute(QUERIES["save_secrets"], {"account_id": row["account_id"], **sealed})
            count += sum(secret is not None for secret in sealed.values())
        await audit.note(conn, "reseal_secrets", 0, detail={"secrets": count}, actor="command")
    return {"secrets of accounts": count}
