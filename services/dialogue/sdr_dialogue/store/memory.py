"""Which contacts are one lead, in Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sdr_common.postgres import Connection, Queries
from sdr_dialogue.domain.memory import united
from sdr_dialogue.domain.turn import ConversationRef, Lead
from sdr_dialogue.store.rows import lead_from_row, lead_parameters

QUERIES = Queries.load("sdr_dialogue.store", "memory.sql")


class PostgresMemory:
    """The port `Memory` over named queries; never commits."""

    async def owner_of(self, conn: Connection, ref: ConversationRef, phone: str) -> int:
        """See the port."""
        parameters = {"account_id": ref.account_id, "contact_id": ref.contact_id, "phone": phone}
        row = await (await conn.execute(QUERIES["claim_phone"], parameters)).fetchone()
        return ref.contact_id if row is None else int(row["lead_id"])

    async def unite(self, conn: Connection, account_id: int, kept: int, gone: int) -> None:
        """See the port."""
        ids: dict[str, Any] = {"account_id": account_id, "kept": kept, "gone": gone}
        row = await (await conn.execute(QUERIES["lead_ids"], ids)).fetchone()
        if row is None or row["kept"] == row["gone"]:
            return
        ids |= {"kept": row["kept"], "gone": row["gone"]}
        wanted = {"account_id": account_id, "contact_ids": [ids["kept"], ids["gone"]]}
        rows = await (await conn.execute(QUERIES["leads"], wanted)).fetchall()
        leads = {item["contact_id"]: lead_from_row({**item, "started_at": item["started"]}) for item in rows}
        if leads:
            one = united(leads.get(ids["kept"], Lead()), leads.get(ids["gone"], Lead()))
            ref = ConversationRef(account_id, 0, ids["kept"])
            await conn.execute(QUERIES["put_lead"], lead_parameters(ref, one) | {"contact_id": ids["kept"]})
        await conn.execute(QUERIES["link"], ids)

    async def known_of(
        self, conn: Connection, account_id: int, contact_ids: Sequence[int]
    ) -> tuple[set[int], datetime]:
        """See the port."""
        parameters = {"account_id": account_id, "contact_ids": list(contact_ids)}
        row = await (await conn.execute(QUERIES["known_of"], parameters)).fetchone()
        if row is None:
            raise AssertionError("a select without from gives one row")
        return set(row["known"]), row["now"].astimezone(UTC)

    async def begin(self, conn: Connection, account_id: int, contact_id: int, lead: Lead) -> bool:
        """See the port."""
        ref = ConversationRef(account_id, 0, contact_id)
        return (await conn.execute(QUERIES["begin_lead"], lead_parameters(ref, lead))).rowcount > 0

    async def move(self, conn: Connection, ref: ConversationRef) -> None:
        """See the port."""
        parameters = {
            "account_id": ref.account_id,
            "conversation_id": ref.conversation_id,
            "contact_id": ref.contact_id,
        }
        await conn.execute(QUERIES["moved_conversation"], parameters)
