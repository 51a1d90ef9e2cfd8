"""What can go wrong in reporting."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind


class LeadNotFound(DomainError):
    """Nothing was told of such a lead in this account."""

    kind = ErrorKind.NOT_FOUND
    reason = "LEAD_NOT_FOUND"

    def __init__(self, account_id: int, contact_id: int) -> None:
        super().__init__(f"account {account_id} has no lead {contact_id}", account_id=account_id, contact_id=contact_id)
