"""Test cases in Postgres, as the contract has them; nothing here commits."""

from __future__ import annotations

from google.protobuf import json_format
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from sdr.dialogue.v1 import cases_pb2 as pb
from sdr_common.postgres import Connection, Queries

_QUERIES = Queries.load("sdr_dialogue.store", "cases.sql")


class PostgresCases:
    """The port `Cases`."""

    async def count(self, conn: Connection, account_id: int) -> int:
        """See the port."""
        row = await (await conn.execute(_QUERIES["count"], {"account_id": account_id})).fetchone()
        return 0 if row is None else int(row["found"])

    async def add(self, conn: Connection, account_id: int, case: pb.TestCase, created_by: str) -> pb.TestCase:
        """See the port."""
        content = Jsonb(json_format.MessageToDict(case))
        parameters = {"account_id": account_id, "content": content, "created_by": created_by}
        row = await (await conn.execute(_QUERIES["add"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an insert without a condition returns its row")
        return _case(row)

    async def list(self, conn: Connection, account_id: int) -> list[pb.TestCase]:
        """See the port."""
        rows = await (await conn.execute(_QUERIES["list"], {"account_id": account_id})).fetchall()
        return [_case(row) for row in rows]

    async def find(self, conn: Connection, account_id: int, case_id: int) -> pb.TestCase | None:
        """See the port."""
        row = await (await conn.execute(_QUERIES["find"], {"account_id": account_id, "case_id": case_id})).fetchone()
        return None if row is None else _case(row)

    async def ran(self, conn: Connection, account_id: int, case_id: int, run: pb.CaseRun) -> None:
        """See the port."""
        latest = Jsonb(json_format.MessageToDict(run))
        await conn.execute(_QUERIES["ran"], {"account_id": account_id, "case_id": case_id, "latest": latest})

    async def delete(self, conn: Connection, account_id: int, case_id: int) -> bool:
        """See the port."""
        row = await (await conn.execute(_QUERIES["delete"], {"account_id": account_id, "case_id": case_id})).fetchone()
        return row is not None


def _case(row: DictRow) -> pb.TestCase:
    case = json_format.ParseDict(row["content"], pb.TestCase(), ignore_unknown_fields=True)
    case.case_id = row["case_id"]
    case.created_by = row["created_by"]
    case.created_at.FromDatetime(row["created_at"])
    if row["latest"] is not None:
        json_format.ParseDict(row["latest"], case.latest, ignore_unknown_fields=True)
    return case
