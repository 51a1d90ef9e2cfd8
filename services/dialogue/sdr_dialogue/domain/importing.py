"""What the original plugin left on a contact, read as a lead of ours.

Shapes: the plugin chatwoot-sdr-ia (MIT), releases 1 to 4, writes what its model answered, as text, under the published
`sdr_ia_` keys; "null" stands where nothing was said. Its releases before 3 knew `tem_duvidas` as a level of knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sdr_common.lead import LEVELS, EndReason, Fact, FactKind, FactSource, KnowledgeLevel, LeadStatus
from sdr_dialogue.domain.answering import STATUS_ATTRIBUTE, with_written
from sdr_dialogue.domain.merge import ATTRIBUTE_PREFIX, VALUE_LIMIT, Reader, level_of
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import cut, plain
from sdr_dialogue.domain.turn import Lead

STARTED_ATTRIBUTE = "sdr_ia_iniciado_em"
QUALIFIED_ATTRIBUTE = "sdr_ia_qualificado_em"

_NOTHING = {
    "",
    "null",
    "nil",
    "none",
    "nenhum",
    "n a",
    "nao informado",
    "nao informada",
    "nao mencionado",
    "nao mencionada",
    "nao especificado",
    "nao identificada",
}
_OLD_LEVELS = {(FactKind.KNOWLEDGE, "tem_duvidas"): KnowledgeLevel.RESEARCHED_A_LITTLE.value}
_ENDED = {LeadStatus.QUALIFIED: EndReason.FACTS_COMPLETE, LeadStatus.COMPLETE: EndReason.FACTS_COMPLETE}
_GOING_ON = {LeadStatus.PAUSED: LeadStatus.IN_PROGRESS}
"""Whether a human has the word is read from Chatwoot itself, not from what was written once."""


@dataclass(frozen=True, slots=True)
class ImportedLead:
    """A contact's attributes, understood."""

    lead: Lead | None
    """None: there is nothing to take over."""
    not_understood: tuple[str, ...] = ()
    """Keys whose value says nothing that the product knows, in the published order."""


def lead_from_attributes(
    attributes: Mapping[str, str], settings: AccountSettings, *, now: datetime, read: Reader | None
) -> ImportedLead:
    """Read a contact's attributes.

    Args:
        attributes: Custom attributes as text.
        settings: The account's: its procedures and served area give levels.
        now: Aware UTC.
        read: Reads levels of free text; without it only a published level's own word has one.
    """
    unread: list[str] = []
    started_at = _moment(attributes, STARTED_ATTRIBUTE, unread)
    qualified_at = _moment(attributes, QUALIFIED_ATTRIBUTE, unread)
    facts: dict[FactKind, Fact] = {}
    for kind in FactKind:
        key = ATTRIBUTE_PREFIX + kind.value
        value = cut(attributes.get(key, "").strip(), VALUE_LIMIT)
        if plain(value) in _NOTHING:
            continue
        level, canonical = level_of(kind, value, settings, now, read)
        level = level or _OLD_LEVELS.get((kind, value), "")
        if not level and LEVELS[kind]:
            unread.append(key)
        facts[kind] = _fact(kind, value, level, canonical, min(qualified_at or started_at or now, now))
    word = attributes.get(STATUS_ATTRIBUTE, "").strip()
    if not facts and not word:
        return ImportedLead(None, tuple(unread))
    status = _status(word, unread)
    lead = Lead(
        facts=facts,
        ended=_ENDED.get(status),
        opted_out=status is LeadStatus.OPT_OUT,
        status=status,
        started_at=started_at,
    )
    return ImportedLead(_as_written_by_us(lead, settings), tuple(unread))


def _fact(kind: FactKind, value: str, level: str, canonical: str, set_at: datetime) -> Fact:
    return Fact(
        kind=kind,
        value=value,
        level=level,
        evidence="",
        source_message_id=0,
        confidence=1.0,
        source=FactSource.SYSTEM,
        set_at=set_at,
        locked=False,
        canonical=canonical,
    )


def _as_written_by_us(lead: Lead, settings: AccountSettings) -> Lead:
    """The lead with its attributes known as ours, or the next turn would take them for a human's and lock them."""
    return replace(lead, written=with_written(lead, lead.facts, settings))


def _status(word: str, unread: list[str]) -> LeadStatus:
    try:
        status = LeadStatus(word or LeadStatus.IN_PROGRESS)
    except ValueError:
        unread.append(STATUS_ATTRIBUTE)
        return LeadStatus.IN_PROGRESS
    return _GOING_ON.get(status, status)


def _moment(attributes: Mapping[str, str], key: str, unread: list[str]) -> datetime | None:
    """A moment in ISO 8601 with its zone; one without counts as UTC, as Rails writes it."""
    text = attributes.get(key, "").strip()
    if plain(text) in _NOTHING:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        unread.append(key)
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
