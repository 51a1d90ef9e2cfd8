"""Signing in and out, and tokens of programs: each writes the audit trail."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from limits import RateLimitItemPerMinute

from sdr_common import audit
from sdr_common.postgres import Pool, connection, transaction
from sdr_common.rate_limits import RateLimits
from sdr_gateway.domain.access import (
    TOKEN_PREFIX,
    ListedSession,
    ListedToken,
    Person,
    Scope,
    SessionTimes,
    SignInRefused,
    StoredSession,
    StoredToken,
    TooManyAttempts,
    hash_of,
)
from sdr_gateway.domain.account import Account
from sdr_gateway.ports import Accounts
from sdr_gateway.ports.access import AccessStore, PersonDirectory

_LOCK_MINUTES = 15
_PER_PERSON = RateLimitItemPerMinute(5, _LOCK_MINUTES)
_PER_SOURCE = RateLimitItemPerMinute(30, _LOCK_MINUTES)
"""Chatwoot itself allows 10 attempts in 15 minutes per e-mail: ours end before they lock its door."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was just opened."""

    secret: str
    """What the cookie holds; kept nowhere else."""
    user_id: int
    user_name: str
    role: str
    """administrator or agent."""


@dataclass(frozen=True, slots=True)
class Created:
    """A token that was just created."""

    token_id: int
    secret: str
    """Shown once; kept nowhere."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Somebody who wants in."""

    account: str
    person: str
    """A hash of the e-mail; empty: unknown, because a token was given."""
    source: str
    """The address that it comes from."""

    def limits(self) -> Iterator[tuple[RateLimitItemPerMinute, tuple[str, ...]]]:
        """How many refusals there may be, and whose."""
        yield _PER_SOURCE, ("source", self.source)
        if self.person:
            yield _PER_PERSON, ("person", self.account, self.person)


class AccessWork:
    """Use cases of access.

    Args:
        pool: The gateway's pool.
        store: Where sessions and tokens are.
        accounts: Whose Chatwoot is asked.
        people: Chatwoot, asked who somebody is.
        limits: Counts attempts.
        times: How long sessions last.
    """

    def __init__(
        self,
        pool: Pool,
        store: AccessStore,
        accounts: Accounts,
        *,
        people: PersonDirectory,
        limits: RateLimits,
        times: SessionTimes,
    ) -> None:
        self._pool = pool
        self._store = store
        self._accounts = accounts
        self._people = people
        self._limits = limits
        self._times = times

    async def sign_in(self, account_id: int, email: str, password: str, source: str) -> Opened:
        """Opens a session for somebody who knows a password.

        Raises:
            AccountNotFound: the account is not connected.
            TooManyAttempts: the person or the address was refused too often.
            SignInRefused: wrong credentials, or no member of the account.
        """
        account = await self._accounts.get(account_id)
        attempt = _Attempt(str(account_id), hashlib.sha256(email.strip().lower().encode()).hexdigest(), source)
        return await self._open(
            account, attempt, lambda: self._people.by_password(account.chatwoot_url, email, password)
        )

    async def sign_in_by_token(self, account_id: int, token: str, source: str) -> Opened:
        """Opens a session for somebody who holds a Chatwoot access token, such as people with a second factor.

        Raises:
            AccountNotFound: the account is not connected.
            TooManyAttempts: the address was refused too often.
            SignInRefused: nobody's token, or no member of the account.
        """
        account = await self._accounts.get(account_id)
        attempt = _Attempt(str(account_id), "", source)
        return await self._open(account, attempt, lambda: self._people.by_token(account.chatwoot_url, token))

    async def chatwoot_page(self, account_id: int) -> str:
        """Where people see an account's conversations in Chatwoot; read from memory.

        Raises:
            AccountNotFound: the account is not connected.
        """
        account = await self._accounts.get(account_id)
        return f"{account.chatwoot_url.rstrip('/')}/app/accounts/{account.chatwoot_account_id}"

    async def _open(self, account: Account, attempt: _Attempt, ask: Callable[[], Awaitable[Person]]) -> Opened:
        """Lets somebody in whom Chatwoot knows.

        Only refusals count: neither an outage nor a day of many sign-ins locks anybody out. Attempts that run at once
        see the same count; Chatwoot's own limit bounds those.
        """
        for limit, key in attempt.limits():
            left, _ = await self._limits.state(limit, *key)
            if left < 1:
                raise TooManyAttempts(_LOCK_MINUTES * 60)
        try:
            person = await ask()
            role = person.role_in(account.chatwoot_account_id)
        except SignInRefused:
            for limit, key in attempt.limits():
                await self._limits.allows(limit, *key)
            raise
        secret = secrets.token_urlsafe(32)
        async with transaction(self._pool) as conn:
            await self._store.open_session(
                conn, hash_of(secret), account_id=account.account_id, person=person, role=role, times=self._times
            )
            await audit.note(conn, "sign_in", account.account_id, actor=f"user {person.user_id}", detail={"role": role})
        return Opened(secret, person.user_id, person.name, role)

    async def session(self, secret: str, *, used: bool = True) -> StoredSession | None:
        """The session behind a cookie; None: there is none any more.

        Args:
            secret: What the cookie holds.
            used: Whether this prolongs it; an open stream does not.
        """
        secret_hash = hash_of(secret)
        async with connection(self._pool) as conn:
            found = await self._store.find_session(conn, secret_hash, self._times)
            if used and found is not None and found.stale:
                await self._store.touch_session(conn, secret_hash)
        return found

    async def token(self, secret: str) -> StoredToken | None:
        """The token behind a secret; None: there is none, or it was revoked."""
        async with connection(self._pool) as conn:
            found = await self._store.find_token(conn, hash_of(secret))
            if found is not None and found.stale:
                await self._store.touch_token(conn, found.token_id)
        return found

    async def sign_out(self, secret: str, session: StoredSession, *, everywhere: bool) -> None:
        """Ends a session, or all of its person's."""
        async with transaction(self._pool) as conn:
            if everywhere:
                await self._store.close_sessions(conn, session.account_id, session.user_id)
            else:
                await self._store.close_session(conn, hash_of(secret))
            detail = {"everywhere": everywhere}
            await audit.note(conn, "sign_out", session.account_id, actor=f"user {session.user_id}", detail=detail)

    async def list_sessions(self, account_id: int, own_secret: str) -> list[ListedSession]:
        """Who is signed in to an account, the last seen first."""
        async with connection(self._pool) as conn:
            return await self._store.list_sessions(conn, account_id, hash_of(own_secret), self._times)

    async def end_session(self, account_id: int, session_id: str, actor: str) -> bool:
        """Signs somebody out; False: there is no such session."""
        async with transaction(self._pool) as conn:
            user_id = await self._store.end_session(conn, account_id, session_id)
            if user_id is None:
                return False
            await audit.note(conn, "end_session", account_id, subject=f"user {user_id}", actor=actor)
        return True

    async def create_token(self, account_id: int, name: str, scopes: Sequence[Scope], actor: str) -> Created:
        """Gives a program access."""
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        words = sorted({scope.value for scope in scopes})
        async with transaction(self._pool) as conn:
            token_id, _ = await self._store.create_token(
                conn, account_id, name=name, secret_hash=hash_of(secret), scopes=words, created_by=actor
            )
            await audit.note(
                conn, "create_token", account_id, subject=f"token {token_id}", actor=actor, detail={"scopes": words}
            )
        return Created(token_id, secret)

    async def list_tokens(self, account_id: int) -> list[ListedToken]:
        """An account's tokens, newest first, revoked ones too."""
        async with connection(self._pool) as conn:
            return await self._store.list_tokens(conn, account_id)

    async def revoke_token(self, account_id: int, token_id: int, actor: str) -> bool:
        """Takes a program's access away at once; False: there is no such token."""
        async with transaction(self._pool) as conn:
            if not await self._store.revoke_token(conn, account_id, token_id):
                return False
            await audit.note(conn, "revoke_token", account_id, subject=f"token {token_id}", actor=actor)
        return True
