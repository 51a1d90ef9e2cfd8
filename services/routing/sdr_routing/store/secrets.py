"""Seals every stored secret anew, with the newest key."""

from __future__ import annotations

from sdr.routing.v1 import routing_pb2 as pb
from sdr_common import audit
from sdr_common.postgres import Connection, make_pool, transaction
from sdr_common.secret_box import SecretBox
from sdr_routing.settings import Settings
from sdr_routing.store.postgres import QUERIES


async def reseal(settings: Settings) -> dict[str, int]:
    """Seals all connections' tokens with the first key, in one transaction; gives how many.

    Raises:
        SecretUnreadable: one cannot be read with any of the keys; nothing was changed.
        StoreUnavailable: the database does not answer.
    """
    box, url = SecretBox(settings.secret_key.get_secret_value()), settings.database_url.get_secret_value()
    async with make_pool(url, "routing", name="sdr-routing-reseal") as pool, transaction(pool) as conn:
        counts = {"tokens of connections": await _tokens(conn, box), "secrets in answers": await _answers(conn, box)}
        await audit.note(conn, "reseal_secrets", 0, detail={"secrets": sum(counts.values())}, actor="command")
    return counts


async def _tokens(conn: Connection, box: SecretBox) -> int:
    rows = await (await conn.execute(QUERIES["lock_secrets"])).fetchall()
    for row in rows:
        sealed = {name: box.reseal(row[name]) for name in ("admin_token", "bot_token")}
        await conn.execute(QUERIES["save_secrets"], {"account_id": row["account_id"], **sealed})
    return 2 * len(rows)


async def _answers(conn: Connection, box: SecretBox) -> int:
    """Answers that a repeated ConnectChatwoot would get: they hold the webhook's secret."""
    parameters = {"method": pb.ConnectChatwootRequest.DESCRIPTOR.full_name}
    count = 0
    for row in await (await conn.execute(QUERIES["lock_answers"], parameters)).fetchall():
        answer = pb.ConnectChatwootResponse.FromString(bytes(row["answer"]))
        if not answer.webhook_secret:
            continue
        answer.webhook_secret = box.reseal(answer.webhook_secret.encode()).decode()
        saved = {"request_id": row["request_id"], "answer": answer.SerializeToString()}
        await conn.execute(QUERIES["save_answer"], saved)
        count += 1
    return count
