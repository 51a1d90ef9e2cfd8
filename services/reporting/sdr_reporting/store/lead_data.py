"""A lead's rights over what reporting keeps: names and events go, what they added up to stays."""

from __future__ import annotations

from sdr.reporting.v1.reporting_pb2 import Event
from sdr_common.lead_data import LeadPart, Record, SqlPart
from sdr_common.postgres import Connection, Queries

QUERIES = Queries.load("sdr_reporting.store", "lead_data.sql")
"""Statements about one lead."""


class _Projections:
    """Events and figures, made anonymous together."""

    what = "event"

    def __init__(self) -> None:
        self._given = SqlPart("event", "export_event", None, QUERIES, {"evento": Event})

    async def forget(self, conn: Connection, account_id: int, contact_id: int) -> int:
        """See `LeadPart`."""
        parameters = {"account_id": account_id, "contact_id": contact_id}
        await conn.execute(QUERIES["lock_account"], parameters)
        return (await conn.execute(QUERIES["anonymise"], parameters)).rowcount

    async def export(self, conn: Connection, account_id: int, contact_id: int) -> list[Record]:
        """See `LeadPart`."""
        return await self._given.export(conn, account_id, contact_id)


def lead_parts() -> list[LeadPart]:
    """What reporting keeps of leads."""
    return [
        SqlPart("lead", "export_lead", None, QUERIES, {}),
        # First, because it holds the account: an alert that is just being added is there afterwards, and goes.
        _Projections(),
        SqlPart("alert", None, "forget_alert", QUERIES, {}),
    ]
