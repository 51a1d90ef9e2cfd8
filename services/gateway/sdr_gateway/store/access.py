"""Sessions and tokens; never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sdr_common.postgres import Connection, Queries
from sdr_gateway.domain.access import ListedSession, ListedToken, Person, SessionTimes, StoredSession, StoredToken

ACCESS_QUERIES = Queries.load(__package__, "access.sql")
"""Statements about sessions and tokens, by name."""


class PostgresAccess:
    """`ports.AccessStore` over the gateway's tables."""

    async def open_session(
        self, conn: Connection, secret_hash: bytes, *, account_id: int, person: Person, role: str, times: SessionTimes
    ) -> None:
        """See `ports.AccessStore`."""
        parameters = {
            "secret_hash": secret_hash,
            "account_id": account_id,
            "user_id": person.user_id,
            "user_name": person.name,
            "role": role,
            "whole_s": times.whole_s,
        }
        await conn.execute(ACCESS_QUERIES["open_session"], parameters)

    async def find_session(self, conn: Connection, secret_hash: bytes, times: SessionTimes) -> StoredSession | None:
        """See `ports.AccessStore`."""
        parameters = {"secret_hash": secret_hash, "idle_s": times.idle_s}
        row = await (await conn.execute(ACCESS_QUERIES["find_session"], parameters)).fetchone()
        return None if row is None else StoredSession(**row)

    async def touch_session(self, conn: Connection, secret_hash: bytes) -> None:
        """See `ports.AccessStore`."""
        await conn.execute(ACCESS_QUERIES["touch_session"], {"secret_hash": secret_hash})

    async def close_session(self, conn: Connection, secret_hash: bytes) -> None:
        """See `ports.AccessStore`."""
        await conn.execute(ACCESS_QUERIES["close_session"], {"secret_hash": secret_hash})

    async def close_sessions(self, conn: Connection, account_id: int, user_id: int) -> None:
        """See `ports.AccessStore`."""
        await conn.execute(ACCESS_QUERIES["close_sessions"], {"account_id": account_id, "user_id": user_id})

    async def list_sessions(
        self, conn: Connection, account_id: int, own: bytes, times: SessionTimes
    ) -> list[ListedSession]:
        """See `ports.AccessStore`."""
        parameters = {"account_id": account_id, "own": own, "idle_s": times.idle_s}
        rows = await (await conn.execute(ACCESS_QUERIES["list_sessions"], parameters)).fetchall()
        return [ListedSession(**row) for row in rows]

    async def end_session(self, conn: Connection, account_id: int, session_id: str) -> int | None:
        """See `ports.AccessStore`."""
        parameters = {"account_id": account_id, "session_id": session_id}
        row = await (await conn.execute(ACCESS_QUERIES["end_session"], parameters)).fetchone()
        return None if row is None else int(row["user_id"])

    async def create_token(
        self,
        conn: Connection,
        account_id: int,
        *,
        name: str,
        secret_hash: bytes,
        scopes: Sequence[str],
        created_by: str,
    ) -> tuple[int, datetime]:
        """See `ports.AccessStore`."""
        parameters = {
            "account_id": account_id,
            "name": name,
            "secret_hash": secret_hash,
            "scopes": list(scopes),
            "created_by": created_by,
        }
        row = await (await conn.execute(ACCESS_QUERIES["create_token"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an insert with returning always gives a row")
        return row["token_id"], row["created_at"]

    async def find_token(self, conn: Connection, secret_hash: bytes) -> StoredToken | None:
        """See `ports.AccessStore`."""
        row = await (await conn.execute(ACCESS_QUERIES["find_token"], {"secret_hash": secret_hash})).fetchone()
        return None if row is None else StoredToken(**{**row, "scopes": tuple(row["scopes"])})

    async def touch_token(self, conn: Connection, token_id: int) -> None:
        """See `ports.AccessStore`."""
        await conn.execute(ACCESS_QUERIES["touch_token"], {"token_id": token_id})

    async def list_tokens(self, conn: Connection, account_id: int) -> list[ListedToken]:
        """See `ports.AccessStore`."""
        rows = await (await conn.execute(ACCESS_QUERIES["list_tokens"], {"account_id": account_id})).fetchall()
        return [ListedToken(**{**row, "scopes": tuple(row["scopes"])}) for row in rows]

    async def revoke_token(self, conn: Connection, account_id: int, token_id: int) -> bool:
        """See `ports.AccessStore`."""
        parameters = {"account_id": account_id, "token_id": token_id}
        return await (await conn.execute(ACCESS_QUERIES["revoke_token"], parameters)).fetchone() is not None
