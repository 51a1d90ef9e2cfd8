"""Takes leads over from an earlier installation of the original plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sdr_common.lead import FactKind, LeadStatus
from sdr_common.postgres import Connection
from sdr_dialogue.domain.importing import lead_from_attributes
from sdr_dialogue.domain.merge import Reader
from sdr_dialogue.ports import AccountSettingsSource, Memory


class Outcome(Enum):
    """What became of a contact."""

    TAKEN = auto()
    KNOWN = auto()
    EMPTY = auto()


@dataclass(frozen=True, slots=True)
class Imported:
    """One contact's result."""

    contact_id: int
    outcome: Outcome
    facts: tuple[FactKind, ...] = ()
    status: LeadStatus | None = None
    not_understood: tuple[str, ...] = ()


class Importing:
    """Reads contacts' attributes and stores those leads of whom nothing is known.

    Args:
        settings: The accounts' settings.
        memory: Where leads are kept.
        read: Reads levels of free text.
    """

    def __init__(self, settings: AccountSettingsSource, memory: Memory, read: Reader) -> None:
        self._settings = settings
        self._memory = memory
        self._read = read

    async def leads(
        self, conn: Connection, account_id: int, contacts: Sequence[tuple[int, Mapping[str, str]]], *, dry_run: bool
    ) -> list[Imported]:
        """Takes contacts over, each with its attributes.

        Args:
            conn: The transaction that it belongs to.
            account_id: Our tenant id.
            contacts: Each contact once.
            dry_run: True: nothing is stored.

        Raises:
            AccountNotFound: no such account.
        """
        settings = await self._settings.active(account_id)
        known, now = await self._memory.known_of(conn, account_id, [contact_id for contact_id, _ in contacts])
        results = []
        for contact_id, attributes in contacts:
            if contact_id in known:
                results.append(Imported(contact_id, Outcome.KNOWN))
                continue
            found = lead_from_attributes(attributes, settings, now=now, read=self._read)
            if found.lead is None:
                results.append(Imported(contact_id, Outcome.EMPTY, not_understood=found.not_understood))
                continue
            taken = dry_run or await self._memory.begin(conn, account_id, contact_id, found.lead)
            if not taken:
                results.append(Imported(contact_id, Outcome.KNOWN))
                continue
            kinds = tuple(found.lead.facts)
            results.append(Imported(contact_id, Outcome.TAKEN, kinds, found.lead.status, found.not_understood))
        return results
