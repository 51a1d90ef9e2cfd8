"""Who makes a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Who:
    """A signed-in person, or a program with a token."""

    account_id: int
    """Our tenant id; nothing of another account is shown or changed."""
    role: int
    """Of `sdr.common.v1.Role`; a higher one may do all that a lower one may."""
    actor: str
    """For the audit trail: `user 12`, `token 7`; no name, no address."""
