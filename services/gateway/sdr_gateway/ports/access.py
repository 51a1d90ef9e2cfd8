"""What access needs of the world: who people are, and where sessions and tokens are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sdr_common.postgres import Connection
from sdr_gateway.domain.access import ListedSession, ListedToken, Person, SessionTimes, StoredSession, StoredToken


class PersonDirectory(Protocol):
    """Chatwoot, asked who somebody is."""

    async def by_password(self, chatwoot_url: str, email: str, password: str) -> Person:
        """Who signs in with these credentials.

        Raises:
            SignInRefused: they are wrong, or the person signs in with a second factor.
            ChatwootUnavailable: it does not answer.
        """
        ...

    async def by_token(self, chatwoot_url: str, token: str) -> Person:
        """Whose access token this is.

        Raises:
            SignInRefused: nobody's.
            ChatwootUnavailable: it does not answer.
        """
        ...


class AccessStore(Protocol):
    """Where sessions and tokens are kept; never commits."""

    async def open_session(
        self, conn: Connection, secret_hash: bytes, *, account_id: int, person: Person, role: str, times: SessionTimes
    ) -> None:
        """Keeps a session."""
        ...

    async def find_session(self, conn: Connection, secret_hash: bytes, times: SessionTimes) -> StoredSession | None:
        """A session that still lasts."""
        ...

    async def touch_session(self, conn: Connection, secret_hash: bytes) -> None:
        """Notes a request."""
        ...

    async def close_session(self, conn: Connection, secret_hash: bytes) -> None:
        """Signs out here."""
        ...

    async def close_sessions(self, conn: Connection, account_id: int, user_id: int) -> None:
        """Signs a person out everywhere."""
        ...

    async def list_sessions(
        self, conn: Connection, account_id: int, own: bytes, times: SessionTimes
    ) -> list[ListedSession]:
        """Who is signed in."""
        ...

    async def end_session(self, conn: Connection, account_id: int, session_id: str) -> int | None:
        """Ends a session; gives whose it was, None: there is none."""
        ...

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
        """Keeps a token; gives its id and when."""
        ...

    async def find_token(self, conn: Connection, secret_hash: bytes) -> StoredToken | None:
        """A token that was not revoked."""
        ...

    async def touch_token(self, conn: Connection, token_id: int) -> None:
        """Notes a use."""
        ...

    async def list_tokens(self, conn: Connection, account_id: int) -> list[ListedToken]:
        """An account's tokens, newest first."""
        ...

    async def revoke_token(self, conn: Connection, account_id: int, token_id: int) -> bool:
        """Takes a program's access away; False: there is no such token."""
        ...
