"""Seals every stored secret of schedules and alerts anew, with the newest key."""

from __future__ import annotations

from sdr_common import audit
from sdr_common.postgres import Connection, make_pool, transaction
from sdr_common.secret_box import SecretBox
from sdr_reporting.outputs.settings import OutputSettings
from sdr_reporting.outputs.store.alerts import QUERIES as ALERT_QUERIES
from sdr_reporting.outputs.store.postgres import QUERIES


async def reseal(settings: OutputSettings) -> dict[str, int]:
    """Seals all secrets with the first key, in one transaction; gives how many per kind.

    Raises:
        SecretUnreadable: one cannot be read with any of the keys; nothing was changed.
        StoreUnavailable: the database does not answer.
    """
    box, url = SecretBox(settings.secret_key.get_secret_value()), settings.database_url.get_secret_value()
    async with make_pool(url, "reporting", name="sdr-reporting-reseal") as pool, transaction(pool) as conn:
        counts = {"secrets of schedules": await _schedules(conn, box), "secrets of alerts": await _policies(conn, box)}
        await audit.note(conn, "reseal_secrets", 0, detail={"secrets": sum(counts.values())}, actor="command")
    return counts


async def _schedules(conn: Connection, box: SecretBox) -> int:
    rows = await (await conn.execute(QUERIES["lock_secrets"])).fetchall()
    for row in rows:
        parameters = {"schedule_id": row["schedule_id"], "secret": box.reseal(row["secret"])}
        await conn.execute(QUERIES["save_secret"], parameters)
    return len(rows)


async def _policies(conn: Connection, box: SecretBox) -> int:
    count = 0
    for row in await (await conn.execute(ALERT_QUERIES["lock_secrets"])).fetchall():
        sealed = {name: None if row[name] is None else box.reseal(row[name]) for name in ("slack_url", "waha_key")}
        await conn.execute(ALERT_QUERIES["save_secrets"], {"account_id": row["account_id"], **sealed})
        count += sum(value is not None for value in sealed.values())
    return count
