"""Who was forgotten: ids and times."""

from __future__ import annotations

import uuid
from datetime import datetime

from sdr_common.postgres import Connection, Queries
from sdr_gateway.ports import ForgottenLead
from sdr_gateway.store.accounts import QUERIES

LEAD_DATA = Queries.load("sdr_gateway.store", "lead_data.sql")
"""What the gateway keeps of one lead; `forget_…` needs the tombstone to be up."""


OLD = Queries.load("sdr_gateway.store", "retention.sql")
"""What goes by age."""


class PostgresTombstones:
    """`ports.Tombstones` over the table of forgotten leads."""

    async def put(self, conn: Connection, lead: ForgottenLead) -> datetime:
        """See `ports.Tombstones`."""
        parameters = _parameters(lead)
        row = await (await conn.execute(QUERIES["forget_lead"], parameters)).fetchone()
        if row is None:  # this very call put it up before
            row = await (await conn.execute(QUERIES["forgotten_at"], parameters)).fetchone()
        if row is None:
            raise AssertionError("a tombstone is never taken away")
        forgotten_at: datetime = row["forgotten_at"]
        return forgotten_at

    async def unsettled(self, conn: Connection, after_s: float, limit: int) -> list[ForgottenLead]:
        """See `ports.Tombstones`."""
        parameters = {"after_s": after_s, "limit": limit}
        rows = await (await conn.execute(QUERIES["unsettled_leads"], parameters)).fetchall()
        return [ForgottenLead(row["account_id"], row["contact_id"], str(row["request_id"])) for row in rows]

    async def settle(self, conn: Connection, lead: ForgottenLead) -> None:
        """See `ports.Tombstones`."""
        await conn.execute(QUERIES["settle_lead"], _parameters(lead))


def _parameters(lead: ForgottenLead) -> dict[str, object]:
    return {
        "account_id": lead.account_id,
        "contact_id": lead.contact_id,
        "request_id": uuid.UUID(lead.request_id),
    }
