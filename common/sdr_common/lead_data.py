"""A lead's rights over its data in one service: everything about it given out, everything erased.

A service names its tables in a file of statements, `export_<what>` and `forget_<what>`, each with
`account_id` and `contact_id`; what SQL alone cannot do is a `LeadPart`. Stored answers and waiting events
are the same everywhere and come by themselves. Erasure is one transaction with its audit entry.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message
from psycopg.rows import DictRow

from sdr.privacy.v1 import privacy_pb2 as pb
from sdr.privacy.v1.privacy_pb2_grpc import PrivacyServiceServicer, add_PrivacyServiceServicer_to_server
from sdr_common import audit
from sdr_common.event_outbox import EventOutbox
from sdr_common.idempotency import Idempotency
from sdr_common.postgres import Connection, Pool, Queries, transaction
from sdr_common.retention import Purged, Retention

SERVICE_NAMES = [service.full_name for service in pb.DESCRIPTOR.services_by_name.values()]
"""For reflection."""

Record = dict[str, Any]
"""One record as JSON: keys in Portuguese, values of any JSON type."""


class LeadPart(Protocol):
    """Something that is kept of leads and needs more than a statement."""

    what: str
    """What it is, in the words of `ErasedRecords`."""

    async def forget(self, conn: Connection, account_id: int, contact_id: int) -> int:
        """Erases it; gives how many records it was."""
        ...

    async def export(self, conn: Connection, account_id: int, contact_id: int) -> list[Record]:
        """Gives it out."""
        ...


class SqlPart:
    """What statements can do.

    Args:
        what: What it is.
        export: Gives its records; None: there is nothing for people in it.
        forget: Erases them; None: another part's statement does.
        messages: Columns that hold a message of a contract, with its type.
    """

    def __init__(
        self,
        what: str,
        export: str | None,
        forget: str | None,
        queries: Queries,
        messages: Mapping[str, type[Message]],
    ) -> None:
        self.what = what
        self._export = export
        self._forget = forget
        self._queries = queries
        self._messages = messages

    async def forget(self, conn: Connection, account_id: int, contact_id: int) -> int:
        """See `LeadPart`."""
        if self._forget is None:
            return 0
        parameters = {"account_id": account_id, "contact_id": contact_id}
        return (await conn.execute(self._queries[self._forget], parameters)).rowcount

    async def export(self, conn: Connection, account_id: int, contact_id: int) -> list[Record]:
        """See `LeadPart`."""
        if self._export is None:
            return []
        parameters = {"account_id": account_id, "contact_id": contact_id}
        rows = await (await conn.execute(self._queries[self._export], parameters)).fetchall()
        return [record_of(row, self._messages) for row in rows]


class _Answers:
    """Stored answers to repeated calls: they hold what was said and learned."""

    what = "idempotency"

    def __init__(self, idempotency: Idempotency) -> None:
        self._idempotency = idempotency

    async def forget(self, conn: Connection, account_id: int, contact_id: int) -> int:
        return await self._idempotency.forget_lead(conn, account_id, contact_id)

    async def export(self, conn: Connection, account_id: int, contact_id: int) -> list[Record]:
        return []  # Copies of what stands elsewhere.


class _Events:
    """Events that wait for reporting."""

    what = "event_outbox"

    def __init__(self) -> None:
        self._outbox = EventOutbox()

    async def forget(self, conn: Connection, account_id: int, contact_id: int) -> int:
        return await self._outbox.forget_lead(conn, account_id, contact_id)

    async def export(self, conn: Connection, account_id: int, contact_id: int) -> list[Record]:
        return []  # Copies of what stands elsewhere.


def parts_of(queries: Queries, messages: Mapping[str, type[Message]] | None = None) -> list[LeadPart]:
    """The parts that a file of statements names, in the order of its `forget_…` statements.

    Args:
        queries: `export_<what>` and `forget_<what>`.
        messages: Columns of the exports that hold a message of a contract, with its type.
    """
    names = sorted(queries, key=lambda name: not name.startswith("forget_"))
    whats = dict.fromkeys(name.split("_", 1)[1] for name in names)
    return [
        SqlPart(
            what,
            f"export_{what}" if f"export_{what}" in queries else None,
            f"forget_{what}" if f"forget_{what}" in queries else None,
            queries,
            messages or {},
        )
        for what in whats
    ]


class LeadData:
    """Erases and gives out one service's part.

    Args:
        pool: The service's pool.
        idempotency: Guards the erasure, and holds answers itself.
        parts: What the service keeps of leads, in the order in which it is erased.
        tells_events: The service has an outbox of events.
    """

    def __init__(
        self, pool: Pool, idempotency: Idempotency, parts: Sequence[LeadPart], *, tells_events: bool = True
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._parts = [*parts, _Answers(idempotency), *([_Events()] if tells_events else [])]

    async def forget(self, request: pb.ForgetLeadRequest) -> pb.ForgetLeadResponse:
        """Erases all parts in one transaction.

        Raises:
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> pb.ForgetLeadResponse:
            return await self.erase(conn, request)

        return await self._idempotency.once(request, pb.ForgetLeadResponse, work)

    async def erase(self, conn: Connection, request: pb.ForgetLeadRequest) -> pb.ForgetLeadResponse:
        """Erases all parts inside the caller's transaction, and notes it in the audit trail."""
        counts = {part.what: await part.forget(conn, request.account_id, request.contact_id) for part in self._parts}
        await audit.note(
            conn,
            "forget_lead",
            request.account_id,
            subject=f"contact {request.contact_id}",
            request_id=request.request_id,
            detail=counts,
        )
        return pb.ForgetLeadResponse(
            erased=[pb.ErasedRecords(what=what, record_count=count) for what, count in counts.items()]
        )

    async def export(self, account_id: int, contact_id: int) -> dict[str, list[Record]]:
        """Gives out all parts as they were at one instant, and notes it in the audit trail."""
        async with transaction(self._pool) as conn:
            await conn.execute("set transaction isolation level repeatable read")
            found = {part.what: await part.export(conn, account_id, contact_id) for part in self._parts}
            await audit.note(conn, "export_lead", account_id, subject=f"contact {contact_id}")
        return {what: records for what, records in found.items() if what not in _COPIES}


_COPIES = {_Answers.what, _Events.what}


class PrivacyServicer(PrivacyServiceServicer):
    """Serves one service's part.

    Args:
        data: What it keeps of leads.
        retention: Erases what is old.
    """

    def __init__(self, data: LeadData, retention: Retention) -> None:
        self._data = data
        self._retention = retention

    async def ForgetLead(  # noqa: N802  (named by the contract)
        self, request: pb.ForgetLeadRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.ForgetLeadResponse:
        """See the contract."""
        return await self._data.forget(request)

    async def ExportLead(  # noqa: N802  (named by the contract)
        self, request: pb.ExportLeadRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.ExportLeadResponse:
        """See the contract."""
        found = await self._data.export(request.account_id, request.contact_id)
        return pb.ExportLeadResponse(json=json.dumps(found, ensure_ascii=False))

    async def PurgeRecords(  # noqa: N802  (named by the contract)
        self, request: pb.PurgeRecordsRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.PurgeRecordsResponse:
        """See the contract."""
        return purged_to_wire(await self._retention.purge(request.account_id, request.days))


def register_lead_data(
    server: grpc.aio.Server,
    pool: Pool,
    idempotency: Idempotency,
    parts: Sequence[LeadPart],
    *,
    old: Queries | None = None,
    tells_events: bool = True,
) -> None:
    """Serves a service's audit trail and its leads' rights.

    Args:
        server: Not started yet.
        pool: The service's pool.
        idempotency: Guards its mutating calls.
        parts: What it keeps of leads.
        old: Statements that erase what is old, `purge_<what>`; None: nothing of it goes by age.
        tells_events: It has an outbox of events.
    """
    audit.register_audit(server, pool)
    data = LeadData(pool, idempotency, parts, tells_events=tells_events)
    retention = Retention(pool, old if old is not None else Queries())
    add_PrivacyServiceServicer_to_server(PrivacyServicer(data, retention), server)


def purged_to_wire(purged: Purged) -> pb.PurgeRecordsResponse:
    """What was erased."""
    return pb.PurgeRecordsResponse(
        purged=[pb.ErasedRecords(what=what, record_count=count) for what, count in purged.counts.items()],
        more=purged.more,
    )


NAMES = [*SERVICE_NAMES, *audit.SERVICE_NAMES]
"""Services that `register_lead_data` adds, for reflection."""


def record_of(row: DictRow, messages: Mapping[str, type[Message]]) -> Record:
    """A row as JSON."""
    return {
        name: plain(messages[name].FromString(bytes(value)) if name in messages and value is not None else value)
        for name, value in row.items()
    }


def plain(value: object) -> Any:
    """A value as JSON has it.

    Raises:
        TypeError: a type that no export has.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Message():
            return json_format.MessageToDict(value, preserving_proto_field_name=True)
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case datetime():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case Decimal():
            return float(value)
    raise TypeError(f"no JSON for a {type(value).__name__}")
