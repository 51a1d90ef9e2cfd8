"""Alerts over Postgres; nothing here commits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from google.protobuf import json_format
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from sdr.common.v1 import lead_pb2
from sdr.reporting.v1 import alerts_pb2 as pb
from sdr.reporting.v1.reporting_pb2 import Event
from sdr_common.postgres import Connection, Queries
from sdr_reporting.outputs.alert_ports import (
    AlertPosition,
    Notice,
    StoredPolicy,
    Troubles,
    Watched,
)
from sdr_reporting.outputs.convert_alerts import policy_from_wire, policy_to_wire, pulse_from_wire
from sdr_reporting.outputs.domain.alert import Alert, AlertKind, HotLead, Pulse

QUERIES = Queries.load("sdr_reporting.outputs.store", "alerts.sql")
"""Statements about alerts."""


class PostgresPolicies:
    """`alert_ports.Policies`."""

    async def lock(self, conn: Connection, account_id: int) -> None:
        """See `alert_ports.Policies`."""
        await conn.execute(QUERIES["lock_policy"], {"account_id": account_id})

    async def find(self, conn: Connection, account_id: int) -> StoredPolicy:
        """See `alert_ports.Policies`."""
        row = await (await conn.execute(QUERIES["find_policy"], {"account_id": account_id})).fetchone()
        if row is None:
            return StoredPolicy()
        message = json_format.ParseDict(row["settings"], pb.AlertSettings(), ignore_unknown_fields=True)
        return StoredPolicy(
            policy=policy_from_wire(message),
            version=row["version"],
            slack_url=_bytes(row["slack_url"]),
            waha_key=_bytes(row["waha_key"]),
        )

    async def put(self, conn: Connection, account_id: int, stored: StoredPolicy) -> int:
        """See `alert_ports.Policies`."""
        parameters = {
            "account_id": account_id,
            "settings": Jsonb(json_format.MessageToDict(policy_to_wire(stored), preserving_proto_field_name=True)),
            "slack_url": stored.slack_url,
            "waha_key": stored.waha_key,
        }
        row = await (await conn.execute(QUERIES["put_policy"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an upsert gives its row")
        return int(row["version"])


class PostgresAlerts:
    """`alert_ports.Alerts`."""

    async def standing(self, conn: Connection, account_id: int) -> Sequence[Alert]:
        """See `alert_ports.Alerts`."""
        await conn.execute(QUERIES["hold_account"], {"account_id": account_id})
        rows = await (await conn.execute(QUERIES["standing_alerts"], {"account_id": account_id})).fetchall()
        return [_alert(row) for row in rows]

    async def add(self, conn: Connection, alert: Alert) -> bool:
        """See `alert_ports.Alerts`."""
        parameters = {
            "alert_id": alert.alert_id,
            "account_id": alert.account_id,
            "kind": alert.kind.value,
            "subject": alert.subject,
            "contact_id": alert.contact_id,
            "detail": Jsonb(dict(alert.detail)),
            "fired_at": alert.fired_at,
        }
        return (await conn.execute(QUERIES["add_alert"], parameters)).rowcount == 1

    async def resolve(self, conn: Connection, alert_id: str, at: datetime) -> None:
        """See `alert_ports.Alerts`."""
        await conn.execute(QUERIES["resolve_alert"], {"alert_id": alert_id, "resolved_at": at})

    async def mark_told(self, conn: Connection, alert_id: str) -> None:
        """See `alert_ports.Alerts`."""
        await conn.execute(QUERIES["mark_told"], {"alert_id": alert_id})

    async def find(self, conn: Connection, account_id: int, alert_id: str) -> Alert | None:
        """See `alert_ports.Alerts`."""
        parameters = {"account_id": account_id, "alert_id": alert_id}
        row = await (await conn.execute(QUERIES["find_alert"], parameters)).fetchone()
        return None if row is None else _alert(row)

    async def acknowledge(self, conn: Connection, account_id: int, alert_id: str, who: str) -> Alert | None:
        """See `alert_ports.Alerts`."""
        parameters = {"account_id": account_id, "alert_id": alert_id, "who": who}
        row = await (await conn.execute(QUERIES["acknowledge_alert"], parameters)).fetchone()
        return None if row is None else _alert(row)

    async def page(
        self, conn: Connection, account_id: int, after: AlertPosition | None, limit: int, *, standing_only: bool
    ) -> Sequence[Alert]:
        """See `alert_ports.Alerts`."""
        parameters = {
            "account_id": account_id,
            "standing_only": standing_only,
            "after_over": after and after.is_over,
            "after_at": after and after.fired_at,
            "after_id": after and after.alert_id,
            "limit": limit,
        }
        return [_alert(row) for row in await (await conn.execute(QUERIES["page_alerts"], parameters)).fetchall()]

    async def notices(self, conn: Connection, alert_ids: Sequence[str]) -> Mapping[str, Sequence[Notice]]:
        """See `alert_ports.Alerts`."""
        parameters = {"alert_ids": [uuid.UUID(each) for each in alert_ids]}
        found: dict[str, list[Notice]] = {}
        for row in await (await conn.execute(QUERIES["alert_notices"], parameters)).fetchall():
            notice = Notice(row["channel"], row["resolved"], row["state"], row["problem"])
            found.setdefault(str(row["owner_id"]), []).append(notice)
        return found


class PostgresObservations:
    """`alert_ports.Observations`."""

    async def put_pulse(self, conn: Connection, account_id: int, pulse: Pulse, body: bytes) -> bool:
        """See `alert_ports.Observations`."""
        parameters = {
            "account_id": account_id,
            "observed_at": pulse.observed_at,
            "body": body,
            "works": pulse.works or not pulse.connected,
        }
        return (await conn.execute(QUERIES["put_pulse"], parameters)).rowcount > 0

    async def claim(self, conn: Connection, interval_s: float) -> Watched | None:
        """See `alert_ports.Observations`."""
        row = await (await conn.execute(QUERIES["claim_watch"], {"interval_s": interval_s})).fetchone()
        if row is None:
            return None
        pulse = pulse_from_wire(pb.ReportPulseRequest.FromString(bytes(row["body"])))
        return Watched(row["account_id"], row["now"], pulse, row["chatwoot_down_since"])

    async def put_waha(self, conn: Connection, account_id: int, *, works: bool) -> datetime | None:
        """See `alert_ports.Observations`."""
        parameters = {"account_id": account_id, "works": works}
        row = await (await conn.execute(QUERIES["put_waha"], parameters)).fetchone()
        return None if row is None else row["waha_down_since"]

    async def troubles(self, conn: Connection, account_id: int, now: datetime) -> Troubles:
        """See `alert_ports.Observations`."""
        parameters = {"account_id": account_id, "now": now}
        settled = failed = 0
        budgets: set[str] = set()
        for row in await (await conn.execute(QUERIES["troubles"], parameters)).fetchall():
            event = Event.FromString(bytes(row["body"]))
            match row["kind"]:
                case "delivery_settled":
                    settled += 1
                    failed += event.delivery_settled.outcome == "dead"
                case "lead_escalated":
                    is_failure = event.lead_escalated.reason == lead_pb2.ESCALATION_REASON_PRODUCT_FAILURE
                    settled += is_failure
                    failed += is_failure
                case "" if event.HasField("budget_reached"):
                    budgets.add("stop" if event.budget_reached.stops_models else "near")
        # Who ran out of money need not read that it was nearly gone.
        return Troubles(settled, failed, frozenset({"stop"} if "stop" in budgets else budgets))

    async def last_lead_at(self, conn: Connection, account_id: int) -> datetime | None:
        """See `alert_ports.Observations`."""
        row = await (await conn.execute(QUERIES["last_lead"], {"account_id": account_id})).fetchone()
        return None if row is None else row["first_message_at"]

    async def hot_leads(self, conn: Connection, account_id: int, now: datetime) -> Sequence[HotLead]:
        """See `alert_ports.Observations`."""
        parameters = {"account_id": account_id, "now": now}
        rows = await (await conn.execute(QUERIES["hot_leads"], parameters, prepare=False)).fetchall()
        return [
            HotLead(
                row["contact_id"],
                row["conversation_id"],
                row["qualified_at"],
                row["closer_email"],
                qualification_id=str(row["qualification_id"]),
                tried_count=row["tried_count"],
                given_at=row["given_at"],
            )
            for row in rows
        ]


def _alert(row: DictRow) -> Alert:
    return Alert(
        alert_id=str(row["alert_id"]),
        account_id=row["account_id"],
        kind=AlertKind(row["kind"]),
        subject=row["subject"],
        detail=row["detail"],
        fired_at=row["fired_at"],
        resolved_at=row["resolved_at"],
        told=row["told"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["acknowledged_by"],
        contact_id=row["contact_id"],
    )


def _bytes(value: memoryview | bytes | None) -> bytes | None:
    return None if value is None else bytes(value)
