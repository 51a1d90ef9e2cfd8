"""Who may come in, as what, and for how long. Pure.

Persons are those of the account's Chatwoot; programs hold a token of ours. Of both secrets only a hash is kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sdr_common.errors import DomainError, ErrorKind

TOKEN_PREFIX = "sdr_"  # noqa: S105  (how tokens begin, so that leaked ones can be searched for)


class Scope(StrEnum):
    """What a program's token may do."""

    READ = "read"
    """What an agent may."""
    MANAGE = "manage"
    """What an administrator may."""


class SignInRefused(DomainError):
    """Chatwoot does not know these credentials, or the person does not belong to the account."""

    kind = ErrorKind.DENIED
    reason = "SIGN_IN_REFUSED"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class TooManyAttempts(DomainError):
    """Sign-in is locked for a while."""

    kind = ErrorKind.EXHAUSTED
    reason = "TOO_MANY_ATTEMPTS"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            f"too many attempts to sign in; try again in {retry_after_s // 60} minutes", retry_after_s=retry_after_s
        )
        self.retry_after_s = float(retry_after_s)
        """When the lock ends at the latest."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom Chatwoot knows."""

    user_id: int
    """Chatwoot's."""
    name: str
    """As shown to agents."""
    roles: Mapping[int, str]
    """Per Chatwoot account: administrator or agent."""

    def role_in(self, chatwoot_account_id: int) -> str:
        """Administrator or agent.

        Raises:
            SignInRefused: the person does not belong to the account.
        """
        role = self.roles.get(chatwoot_account_id, "")
        if not role:
            raise SignInRefused("this person does not belong to the account in Chatwoot")
        return "administrator" if role == "administrator" else "agent"


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """How long a session lasts."""

    idle_s: float
    """Without a request."""
    whole_s: float
    """In all."""


def hash_of(secret: str) -> bytes:
    """What is kept of a session's or token's secret: 32 random bytes need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def csrf_of(session_secret: str) -> str:
    """The CSRF token of a session: derived, so that it need not be kept."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_csrf_of(session_secret: str, given: str) -> bool:
    """Whether a CSRF token belongs to a session; takes the same time whatever was given."""
    return hmac.compare_digest(csrf_of(session_secret).encode(), given.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session that lasts."""

    account_id: int
    user_id: int
    user_name: str
    role: str
    """administrator or agent."""
    stale: bool
    """True: its last request should be noted."""


@dataclass(frozen=True, slots=True)
class ListedSession:
    """What an administrator sees of a session."""

    session_id: str
    """Names it; opens nothing."""
    user_id: int
    user_name: str
    role: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    """When it ends if nothing more is asked."""
    is_own: bool
    """Whether it is the one that asks."""


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token that was not revoked."""

    token_id: int
    account_id: int
    scopes: tuple[str, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class ListedToken:
    """What people see of a token."""

    token_id: int
    name: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
