"""Routing's ports over Postgres; nothing here commits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from psycopg.types.json import Jsonb

from sdr.routing.v1 import routing_pb2 as pb
from sdr_common.account_settings import AccountSettingsStore, CachedSettings, StoredSettings
from sdr_common.clinic import Clinic
from sdr_common.lead_proto import clinic_from_wire, clinic_to_wire
from sdr_common.mailbox import Claim, LeaseLost
from sdr_common.postgres import Connection, Pool, Queries
from sdr_common.secret_box import SecretBox
from sdr_routing.convert import settings_from_wire, settings_to_wire
from sdr_routing.domain.delivery import Delivery, PlannedWrite, State, Write
from sdr_routing.domain.settings import RoutingSettings
from sdr_routing.helpdesk_ports import ChatwootConnection
from sdr_routing.ports import (
    Acceptance,
    AccountRouting,
    DeadFilter,
    HandOver,
    Mark,
    Prepared,
    RefusedMessage,
    Revived,
)
from sdr_routing.store import rows

QUERIES = Queries.load("sdr_routing.store")
"""Every statement of this service's own tables."""


class PostgresAccounts:
    """`Accounts` over the shared versioned account settings."""

    def __init__(self, pool: Pool) -> None:
        self._store = AccountSettingsStore(pb.RoutingSettings)
        self._cache = CachedSettings(pool, self._store)
        self._converted: dict[int, AccountRouting] = {}

    async def active(self, account_id: int) -> AccountRouting:
        """See `Accounts.active`."""
        stored = await self._cache.active(account_id)
        known = self._converted.get(account_id)
        if known is None or known.version != stored.version:
            known = self._converted[account_id] = _account_routing(stored)
        return known

    async def find(self, conn: Connection, account_id: int, version: int = 0) -> AccountRouting | None:
        """See `Accounts.find`."""
        stored = await self._store.find(conn, account_id, version)
        return None if stored is None else _account_routing(stored)

    async def put(
        self, conn: Connection, account_id: int, clinic: Clinic, settings: RoutingSettings
    ) -> tuple[int, bool]:
        """See `Accounts.put`."""
        return await self._store.put(conn, account_id, clinic_to_wire(clinic), settings_to_wire(settings))

    def forget(self, account_id: int) -> None:
        """See `Accounts.forget`."""
        self._cache.forget(account_id)


class PostgresDeliveries:
    """`Deliveries` over the tables of that name."""

    async def prepare(self, conn: Connection, account_id: int, contact_id: int, qualification_id: str = "") -> Prepared:
        """See `Deliveries.prepare`."""
        parameters = {"account_id": account_id, "contact_id": contact_id, "qualification_id": qualification_id}
        row = await (await conn.execute(QUERIES["prepare"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an upsert without a condition returns its row")
        return Prepared(rows.written(row), row["connected"], row["closed"], row["now"])

    async def take_turn(self, conn: Connection, account_id: int, counter: str) -> int:
        """See `Deliveries.take_turn`."""
        parameters = {"account_id": account_id, "counter": counter}
        row = await (await conn.execute(QUERIES["take_turn"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an upsert without a condition returns its row")
        return int(row["count"])

    async def peek_turn(self, conn: Connection, account_id: int, counter: str) -> int:
        """See `Deliveries.peek_turn`."""
        parameters = {"account_id": account_id, "counter": counter}
        row = await (await conn.execute(QUERIES["peek_turn"], parameters)).fetchone()
        return 0 if row is None else int(row["count"])

    async def accept(self, conn: Connection, acceptance: Acceptance) -> int:
        """See `Deliveries.accept`."""
        conversation, plan = acceptance.outcome.conversation, acceptance.plan
        writes = [_row(position, write) for position, write in enumerate(plan.writes)]
        parameters = {
            **asdict(conversation),
            "channel": conversation.channel.value,
            "delivery_id": uuid.UUID(acceptance.delivery_id),
            "turn_id": acceptance.outcome.turn_id,
            "last_message_id": acceptance.outcome.last_message_id,
            "handing_off": plan.handing_off,
            "closing": plan.closing,
            "qualification_id": acceptance.outcome.qualification_id,
            "qualifying": plan.qualifying,
            "team": acceptance.assignment.team,
            "closer_email": acceptance.assignment.closer_email,
            "traceparent": acceptance.traceparent,
            "waiting_since": acceptance.outcome.waiting_since,
            "writes": Jsonb(writes),
            "current": Jsonb(dict(plan.written.current)),
            "history": Jsonb(dict(plan.written.history)),
        }
        row = await (await conn.execute(QUERIES["accept"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an insert without a condition returns its row")
        return int(row["seq"])

    async def load(self, conn: Connection, delivery_ids: Sequence[str]) -> list[Delivery]:
        """See `Deliveries.load`."""
        parameters = {"delivery_ids": [uuid.UUID(delivery_id) for delivery_id in delivery_ids]}
        found = await (await conn.execute(QUERIES["load"], parameters)).fetchall()
        return [rows.delivery(row) for row in found]

    async def record(
        self,
        conn: Connection,
        claim: Claim,
        delivery_id: str,
        marks: Sequence[Mark],
        *,
        failures: int = 0,
        state: State | None = None,
    ) -> datetime:
        """See `Deliveries.record`."""
        parameters = {
            **_fence(claim),
            "delivery_id": uuid.UUID(delivery_id),
            "marks": Jsonb([asdict(mark) for mark in marks]),
            "failures": failures,
            "state": None if state is None else state.value,
        }
        row = await (await conn.execute(QUERIES["record"], parameters)).fetchone()
        if row is None:
            raise LeaseLost(claim)
        now: datetime = row["now"]
        return now

    async def append(
        self, conn: Connection, claim: Claim, delivery_id: str, position: int, write: PlannedWrite
    ) -> None:
        """See `Deliveries.append`."""
        kind, body = rows.change_to_json(write.change)
        parameters = {**_fence(claim), "delivery_id": uuid.UUID(delivery_id), "position": position, "kind": kind}
        await conn.execute(QUERIES["append"], {**parameters, "body": Jsonb(body), "sdr_key": write.sdr_key})

    async def find_refused(
        self, conn: Connection, account_id: int, message_id: int, sdr_key: str
    ) -> RefusedMessage | None:
        """See `Deliveries.find_refused`."""
        parameters = {
            "account_id": account_id,
            "message_id": message_id,
            "sdr_key": sdr_key,
            "keyed_delivery_id": _delivery_in(sdr_key),
        }
        row = await (await conn.execute(QUERIES["find_refused"], parameters)).fetchone()
        return None if row is None else rows.refused(row)

    async def refuse(
        self, conn: Connection, delivery_id: str, changed: Write, added: Mapping[int, PlannedWrite]
    ) -> None:
        """See `Deliveries.refuse`."""
        _, body = rows.change_to_json(changed.change)
        parameters = {
            "delivery_id": uuid.UUID(delivery_id),
            "position": changed.position,
            "state": changed.state.value,
            "detail": changed.detail,
            "body": Jsonb(body),
            "sdr_key": changed.sdr_key,
            "refusals": changed.refusals,
            "remedy": changed.remedy,
            "added": Jsonb([_row(position, write) for position, write in added.items()]),
        }
        await conn.execute(QUERIES["refuse"], parameters)

    async def hand_over(self, conn: Connection, account_id: int, conversation_id: int) -> HandOver | None:
        """See `Deliveries.hand_over`."""
        parameters = {"account_id": account_id, "conversation_id": conversation_id}
        found = await (await conn.execute(QUERIES["hand_over"], parameters)).fetchall()
        return rows.hand_over(found)

    async def is_under_way(self, conn: Connection, account_id: int, conversation_id: int) -> bool:
        """See `Deliveries.is_under_way`."""
        parameters = {"account_id": account_id, "conversation_id": conversation_id}
        row = await (await conn.execute(QUERIES["is_under_way"], parameters)).fetchone()
        return row is not None and bool(row["found"])

    async def remember(self, conn: Connection, account_id: int, contact_id: int, values: Mapping[str, str]) -> None:
        """See `Deliveries.remember`."""
        parameters = {"account_id": account_id, "contact_id": contact_id, "values": Jsonb(dict(values))}
        await conn.execute(QUERIES["remember"], parameters)

    async def forget(self, conn: Connection, account_id: int, contact_id: int, keys: Sequence[str]) -> None:
        """See `Deliveries.forget`."""
        parameters = {"account_id": account_id, "contact_id": contact_id, "keys": list(keys)}
        await conn.execute(QUERIES["forget"], parameters)

    async def find(self, conn: Connection, account_id: int, delivery_id: str) -> Delivery | None:
        """See `Deliveries.find`."""
        parameters = {"account_id": account_id, "delivery_id": uuid.UUID(delivery_id)}
        row = await (await conn.execute(QUERIES["find"], parameters)).fetchone()
        if row is None:
            return None
        found = await self.load(conn, [delivery_id])
        return found[0]

    async def revive(self, conn: Connection, account_id: int, delivery_id: str) -> Revived | None:
        """See `Deliveries.revive`."""
        parameters = {"account_id": account_id, "delivery_id": uuid.UUID(delivery_id)}
        row = await (await conn.execute(QUERIES["revive"], parameters)).fetchone()
        return None if row is None else Revived(row["seq"], row["retries"], row["contact_id"], row["traceparent"])

    async def list_dead(self, conn: Connection, wanted: DeadFilter, before: int | None, limit: int) -> list[Delivery]:
        """See `Deliveries.list_dead`."""
        return await self._listed(conn, "list_dead", {**asdict(wanted), "before": before, "limit": limit})

    async def oldest_dead(self, conn: Connection, wanted: DeadFilter, limit: int) -> list[str]:
        """See `Deliveries.oldest_dead`."""
        found = await (await conn.execute(QUERIES["oldest_dead"], {**asdict(wanted), "limit": limit})).fetchall()
        return [str(row["delivery_id"]) for row in found]

    async def list_of_conversation(
        self, conn: Connection, account_id: int, conversation_id: int, before: int | None, limit: int
    ) -> list[Delivery]:
        """See `Deliveries.list_of_conversation`."""
        parameters = {
            "account_id": account_id,
            "conversation_id": conversation_id,
            "before": before,
            "limit": limit,
        }
        return await self._listed(conn, "list_of_conversation", parameters)

    async def _listed(self, conn: Connection, query: str, parameters: Mapping[str, object]) -> list[Delivery]:
        found = await (await conn.execute(QUERIES[query], parameters)).fetchall()
        loaded = await self.load(conn, [str(row["delivery_id"]) for row in found])
        return sorted(loaded, key=lambda delivery: -delivery.seq)


class PostgresConnections:
    """`Connections` with tokens in a `SecretBox`."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    async def find(self, conn: Connection, account_id: int) -> ChatwootConnection | None:
        """See `Connections.find`.

        Raises:
            SecretUnreadable: the tokens were encrypted with a key that is not here.
        """
        row = await (await conn.execute(QUERIES["find_connection"], {"account_id": account_id})).fetchone()
        if row is None:
            return None
        return ChatwootConnection(
            account_id=row["account_id"],
            chatwoot_url=row["chatwoot_url"],
            chatwoot_account_id=row["chatwoot_account_id"],
            admin_token=self._box.open(row["admin_token"]),
            bot_token=self._box.open(row["bot_token"]),
            bot_id=row["bot_id"],
            webhook_url=row["webhook_url"],
            chatwoot_version=row["chatwoot_version"],
        )

    async def put(self, conn: Connection, connection: ChatwootConnection) -> None:
        """See `Connections.put`."""
        parameters = {
            **asdict(connection),
            "admin_token": self._box.seal(connection.admin_token),
            "bot_token": self._box.seal(connection.bot_token),
        }
        await conn.execute(QUERIES["put_connection"], parameters)

    def seal(self, secret: str) -> str:
        """See `Connections.seal`."""
        return self._box.seal(secret).decode() if secret else ""

    def open(self, sealed: str) -> str:
        """See `Connections.open`."""
        return self._box.open(sealed.encode()) if sealed else ""


def _row(position: int, write: PlannedWrite) -> dict[str, object]:
    """A new write as JSON."""
    kind, body = rows.change_to_json(write.change)
    return {"position": position, "kind": kind, "body": body, "sdr_key": write.sdr_key}


def _delivery_in(sdr_key: str) -> uuid.UUID | None:
    """The delivery that a key of ours names; None for another's."""
    try:
        return uuid.UUID(sdr_key.partition("/")[0])
    except ValueError:
        return None


def _fence(claim: Claim) -> dict[str, object]:
    return {
        "account_id": claim.account_id,
        "key_id": claim.key_id,
        "owner": claim.owner,
        "epoch": claim.epoch,
    }


def _account_routing(stored: StoredSettings[pb.RoutingSettings]) -> AccountRouting:
    return AccountRouting(stored.version, clinic_from_wire(stored.clinic), settings_from_wire(stored.settings))
