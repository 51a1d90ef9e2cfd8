"""Schedules and sendings over Postgres; nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from google.protobuf import json_format
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from sdr.reporting.v1 import schedules_pb2 as pb
from sdr_common.postgres import Connection, Queries
from sdr_reporting.domain.period import Period
from sdr_reporting.outputs.convert import plan_from_wire, plan_to_wire
from sdr_reporting.outputs.domain.schedule import Schedule
from sdr_reporting.outputs.domain.sending import Kind, Sending, State, Verdict
from sdr_reporting.outputs.ports import DueSchedule, SendingPosition

QUERIES = Queries.load("sdr_reporting.outputs.store")
"""Statements about what goes out."""


class PostgresSchedules:
    """`ports.Schedules`."""

    async def count(self, conn: Connection, account_id: int) -> int:
        """See `ports.Schedules`."""
        row = await (await conn.execute(QUERIES["count_schedules"], {"account_id": account_id})).fetchone()
        return 0 if row is None else int(row["schedule_count"])

    async def put(self, conn: Connection, schedule: Schedule, sealed: bytes | None) -> None:
        """See `ports.Schedules`."""
        plan = plan_to_wire(schedule.plan, has_secret=sealed is not None)
        await conn.execute(
            QUERIES["put_schedule"],
            {
                "schedule_id": schedule.schedule_id,
                "account_id": schedule.account_id,
                "plan": Jsonb(json_format.MessageToDict(plan, preserving_proto_field_name=True)),
                "secret": sealed,
                "next_at": schedule.next_at,
            },
        )

    async def find(self, conn: Connection, account_id: int, schedule_id: str) -> tuple[Schedule, bytes | None] | None:
        """See `ports.Schedules`."""
        parameters = {"account_id": account_id, "schedule_id": schedule_id}
        row = await (await conn.execute(QUERIES["find_schedule"], parameters)).fetchone()
        if row is None:
            return None
        return _schedule(row), None if row["secret"] is None else bytes(row["secret"])

    async def list(self, conn: Connection, account_id: int) -> Sequence[Schedule]:
        """See `ports.Schedules`."""
        rows = await (await conn.execute(QUERIES["list_schedules"], {"account_id": account_id})).fetchall()
        return [_schedule(row) for row in rows]

    async def delete(self, conn: Connection, account_id: int, schedule_id: str) -> bool:
        """See `ports.Schedules`."""
        parameters = {"account_id": account_id, "schedule_id": schedule_id}
        return (await conn.execute(QUERIES["delete_schedule"], parameters)).rowcount == 1

    async def due(self, conn: Connection, limit: int) -> Sequence[DueSchedule]:
        """See `ports.Schedules`."""
        rows = await (await conn.execute(QUERIES["due_schedules"], {"limit": limit})).fetchall()
        return [DueSchedule(_schedule(row), row["now"]) for row in rows]

    async def move(self, conn: Connection, schedule_id: str, next_at: datetime | None) -> None:
        """See `ports.Schedules`."""
        await conn.execute(QUERIES["move_schedule"], {"schedule_id": schedule_id, "next_at": next_at})


class PostgresSendings:
    """`ports.Sendings`."""

    async def add(self, conn: Connection, sendings: Sequence[Sending]) -> int:
        """See `ports.Sendings`."""
        if not sendings:
            return 0
        documents = Jsonb([_document(sending) for sending in sendings])
        return (await conn.execute(QUERIES["add_sendings"], {"sendings": documents})).rowcount

    async def find(self, conn: Connection, account_id: int, sending_id: str) -> Sending | None:
        """See `ports.Sendings`."""
        parameters = {"account_id": account_id, "sending_id": sending_id}
        row = await (await conn.execute(QUERIES["find_sending"], parameters)).fetchone()
        return None if row is None else _sending(row)

    async def page(
        self, conn: Connection, account_id: int, schedule_id: str, after: SendingPosition | None, limit: int
    ) -> Sequence[tuple[SendingPosition, Sending]]:
        """See `ports.Sendings`."""
        parameters = {
            "account_id": account_id,
            "schedule_id": schedule_id or None,
            "after_at": after and after.created_at,
            "after_id": after and after.sending_id,
            "limit": limit,
        }
        rows = await (await conn.execute(QUERIES["page_sendings"], parameters)).fetchall()
        return [(SendingPosition(row["created_at"], str(row["sending_id"])), _sending(row)) for row in rows]

    async def latest(self, conn: Connection, account_id: int) -> Sequence[Sending]:
        """See `ports.Sendings`."""
        rows = await (await conn.execute(QUERIES["latest_sendings"], {"account_id": account_id})).fetchall()
        return [_sending(row) for row in rows]

    async def take_up(self, conn: Connection, sending_id: str) -> None:
        """See `ports.Sendings`."""
        await conn.execute(QUERIES["take_up_sending"], {"sending_id": sending_id})

    async def cancel(self, conn: Connection, owner_id: str) -> int:
        """See `ports.Sendings`."""
        return (await conn.execute(QUERIES["cancel_sendings"], {"owner_id": owner_id})).rowcount

    async def settle_lost(self, conn: Connection) -> int:
        """See `ports.Sendings`."""
        return (await conn.execute(QUERIES["settle_lost_sendings"])).rowcount

    async def claim(self, conn: Connection, owner: str, lease_s: float, limit: int) -> Sequence[Sending]:
        """See `ports.Sendings`."""
        parameters = {"owner": owner, "lease_s": lease_s, "limit": limit}
        return [_sending(row) for row in await (await conn.execute(QUERIES["claim_sendings"], parameters)).fetchall()]

    async def hand_over(self, conn: Connection, sending: Sending, owner: str, lease_s: float) -> bool:
        """See `ports.Sendings`."""
        parameters = {**_attempt(sending, owner), "lease_s": lease_s}
        return (await conn.execute(QUERIES["hand_over_sending"], parameters)).rowcount == 1

    async def settle(self, conn: Connection, sending: Sending, owner: str, verdict: Verdict) -> bool:
        """See `ports.Sendings`."""
        parameters = {
            **_attempt(sending, owner),
            "state": verdict.state.value,
            "problem": verdict.problem,
            "pause_s": 0.0 if verdict.pause is None else verdict.pause.total_seconds(),
        }
        return (await conn.execute(QUERIES["settle_sending"], parameters)).rowcount == 1


def _attempt(sending: Sending, owner: str) -> dict[str, object]:
    return {"sending_id": sending.sending_id, "owner": owner, "attempt_count": sending.attempt_count}


def _schedule(row: DictRow) -> Schedule:
    message = json_format.ParseDict(row["plan"], pb.SchedulePlan(), ignore_unknown_fields=True)
    return Schedule(
        schedule_id=str(row["schedule_id"]),
        account_id=row["account_id"],
        plan=plan_from_wire(message),
        next_at=row["next_at"],
        has_secret=row["secret"] is not None,
    )


def _sending(row: DictRow) -> Sending:
    until = row["period_until"]
    return Sending(
        sending_id=str(row["sending_id"]),
        account_id=row["account_id"],
        kind=Kind(row["kind"]),
        owner_id=str(row["owner_id"]),
        name=row["name"],
        channel=row["channel"],
        slot_at=row["slot_at"],
        period=None if until is None else Period(row["period_start"], until),
        resolved=row["resolved"],
        by_hand=row["by_hand"],
        state=State(row["state"]),
        attempt_count=row["attempt_count"],
        due_at=row["due_at"],
        problem=row["problem"],
        sent_at=row["sent_at"],
    )


def _document(sending: Sending) -> dict[str, object]:
    period = sending.period
    return {
        "sending_id": sending.sending_id,
        "account_id": sending.account_id,
        "kind": sending.kind.value,
        "owner_id": sending.owner_id,
        "name": sending.name,
        "channel": sending.channel,
        "slot_at": sending.slot_at.isoformat(),
        "period_start": period.start.isoformat() if period is not None and period.start is not None else None,
        "period_until": None if period is None else period.until.isoformat(),
        "resolved": sending.resolved,
        "by_hand": sending.by_hand,
        "due_at": None if sending.due_at is None else sending.due_at.isoformat(),
    }
