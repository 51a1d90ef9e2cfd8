"""The audit trail: who did what when, in the transaction of the deed; it only grows.

Two triggers refuse every update, delete and truncate, whoever asks. It holds ids, counts and words of
ours, never what a lead said or is called, so that forgetting a lead leaves it whole.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

import grpc
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from sdr.audit.v1 import audit_pb2 as pb
from sdr.audit.v1.audit_pb2_grpc import AuditServiceServicer, add_AuditServiceServicer_to_server
from sdr_common.actor import current_actor
from sdr_common.errors import InvalidPageToken
from sdr_common.postgres import Connection, Pool, Queries, connection

UP_V1: Final = """
create table audit (
  seq bigint generated always as identity constraint audit_pk primary key,
  done_at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  account_id bigint not null,
  subject text not null default '',
  request_id uuid,
  detail jsonb not null default '{}'
);
create index audit_of_account on audit (account_id, seq);
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail only grows';
end
$$;
create trigger audit_only_grows before update or delete on audit
  for each row execute function refuse_audit_change();
create trigger audit_is_never_emptied before truncate on audit
  for each statement execute function refuse_audit_change()
"""
DOWN_V1: Final = """
drop table audit;
drop function refuse_audit_change
"""

SERVICE_NAMES: Final = [service.full_name for service in pb.DESCRIPTOR.services_by_name.values()]
"""For reflection."""

_QUERIES = Queries.parse(
    """
-- add --
-- Notes one deed.
insert into audit (actor, action, account_id, subject, request_id, detail)
values (%(actor)s, %(action)s, %(account_id)s, %(subject)s, %(request_id)s, %(detail)s)

-- page --
-- One page of an account's deeds, newest first.
select seq, done_at, actor, action, account_id, subject, request_id, detail from audit
where account_id = %(account_id)s and (%(before)s::bigint is null or seq < %(before)s)
order by seq desc limit %(limit)s
"""
)
_PAGE = 50
_TOKEN = re.compile(r"audit:([0-9]{1,18})")


async def note(
    conn: Connection,
    action: str,
    account_id: int,
    *,
    subject: str = "",
    request_id: str = "",
    detail: Mapping[str, object] | None = None,
    actor: str = "",
) -> None:
    """Adds an entry inside the caller's transaction.

    Args:
        conn: Inside the transaction of the deed.
        action: A word such as "import_account".
        account_id: Our tenant id; 0: the whole installation.
        subject: On what; ids alone.
        request_id: The call's id; empty: it had none.
        detail: Ids, counts and words of ours.
        actor: Who; empty: the caller of the call being served.
    """
    parameters = {
        "actor": actor or current_actor(),
        "action": action,
        "account_id": account_id,
        "subject": subject,
        "request_id": uuid.UUID(request_id) if request_id else None,
        "detail": Jsonb(dict(detail or {})),
    }
    await conn.execute(_QUERIES["add"], parameters)


class AuditServicer(AuditServiceServicer):
    """Serves one service's trail.

    Args:
        pool: The service's pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ListAuditEntries(  # noqa: N802  (named by the contract)
        self, request: pb.ListAuditEntriesRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.ListAuditEntriesResponse:
        """See the contract."""
        return await self.list(request)

    async def list(self, request: pb.ListAuditEntriesRequest) -> pb.ListAuditEntriesResponse:
        """One page.

        Raises:
            InvalidPageToken: the token is none of this list's.
        """
        size = request.page_size or _PAGE
        parameters = {"account_id": request.account_id, "before": _before(request.page_token), "limit": size + 1}
        async with connection(self._pool) as conn:
            rows = await (await conn.execute(_QUERIES["page"], parameters)).fetchall()
        more = len(rows) > size
        return pb.ListAuditEntriesResponse(
            entries=[_entry(row) for row in rows[:size]],
            next_page_token=token_after(rows[size - 1]["seq"]) if more else "",
        )


def register_audit(server: grpc.aio.Server, pool: Pool) -> None:
    """Serves the trail of the service that this server is."""
    add_AuditServiceServicer_to_server(AuditServicer(pool), server)


def _entry(row: DictRow) -> pb.AuditEntry:
    entry = pb.AuditEntry(
        entry_id=row["seq"],
        actor=row["actor"],
        action=row["action"],
        account_id=row["account_id"],
        subject=row["subject"],
        call_request_id="" if row["request_id"] is None else str(row["request_id"]),
        detail=json.dumps(row["detail"], ensure_ascii=False, sort_keys=True),
    )
    entry.done_at.FromDatetime(row["done_at"])
    return entry


def token_after(seq: int) -> str:
    """The page token of what was done before an entry."""
    return base64.urlsafe_b64encode(f"audit:{seq}".encode()).decode()


def _before(token: str) -> int | None:
    if not token:
        return None
    try:
        found = _TOKEN.fullmatch(base64.urlsafe_b64decode(token.encode()).decode())
    except ValueError:
        found = None
    if found is None:
        raise InvalidPageToken
    return int(found[1])
