"""What a new understanding does to what is known of a lead: precedence, limits, levels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sdr_common.lead import LEVELS, Fact, FactKind, FactSource, InterestLevel
from sdr_dialogue.domain.conversation import FactDraft
from sdr_dialogue.domain.served_area import locate
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import cut, fold, plain, slug

VALUE_LIMIT = 1500
"""Characters of a value, the longest that a text attribute of Chatwoot takes."""
EVIDENCE_LIMIT = 4096
"""Characters of a quote."""
CANONICAL_LIMIT = 200
"""Characters of a normalised value."""
SURE = 0.6
"""From this confidence on, a draft may replace what was understood before."""
OUTRIGHT = 0.9
"""From this confidence on, a draft may replace a stronger one: the lead corrected itself."""
ATTRIBUTE_PREFIX = "sdr_ia_"
"""A fact's contact attribute is this and the fact's published word."""

_SPACES = re.compile(r"\s+")
_INTEREST_STRENGTH = {level: -position for position, level in enumerate(InterestLevel)}

Reader = Callable[[FactKind, str, AccountSettings, datetime], tuple[str, str]]
"""Reads level and canonical of a value that a human wrote; empty strings where there is none."""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What is known after a merge."""

    facts: dict[FactKind, Fact]
    """Everything known."""
    learned: tuple[FactKind, ...]
    """The kinds that are new or changed, in the published order."""


def merge_facts(
    known: Mapping[FactKind, Fact],
    drafts: Iterable[FactDraft],
    *,
    now: datetime,
    settings: AccountSettings,
    source: FactSource,
    quotes_from: Sequence[str] | None = None,
) -> MergeResult:
    """Apply drafts, in order, to what is known.

    A value locked by a human stays. A later statement replaces an earlier one, unless it is empty, unsure
    or says less than what is known without correcting it outright. A level that is none of the fact's is
    dropped; a location's level is decided here, from the account's served area.

    Args:
        known: The facts before.
        drafts: What an engine understood, oldest first.
        now: Aware UTC; stored as `set_at`.
        settings: The account's.
        source: LEAD for a turn; SYSTEM for an analysis.
        quotes_from: The lead's messages. When given, a draft counts only with a quote that really occurs
            in one of them, apart from case and spacing. None: quotes are not checked.
    """
    facts = dict(known)
    learned: set[FactKind] = set()
    heard = None if quotes_from is None else [_comparable(text) for text in quotes_from]
    for draft in drafts:
        if heard is not None and not _is_quoted(draft.evidence, heard):
            continue
        fact = _fact_of(draft, now, settings, source)
        if fact is None or not _may_replace(facts.get(draft.kind), fact):
            continue
        before = facts.get(draft.kind)
        if before is not None and _same(before, fact):
            continue
        facts[draft.kind] = fact
        learned.add(draft.kind)
    return MergeResult(facts, tuple(kind for kind in FactKind if kind in learned))


def detect_human_edits(
    attributes: Mapping[str, str],
    written: Mapping[FactKind, Iterable[str]],
    *,
    now: datetime,
    settings: AccountSettings,
    read: Reader | None = None,
) -> tuple[Fact, ...]:
    """The facts that a human set in Chatwoot, locked.

    A value counts as a human's if it equals none that the product wrote or is writing.

    Args:
        attributes: The contact's custom attributes as text; only the `sdr_ia_` ones of facts matter.
        written: Per fact, every value that we wrote or are writing; spacing and the cut do not matter.
        now: Aware UTC.
        settings: The account's.
        read: Reads levels of free text; without it only a published level's own word has a level.
    """
    edits = []
    for kind in FactKind:
        value = cut(attributes.get(ATTRIBUTE_PREFIX + kind.value, ""), VALUE_LIMIT)
        if not value or _comparable(value) in {_comparable(cut(own, VALUE_LIMIT)) for own in written.get(kind, ())}:
            continue
        level, canonical = level_of(kind, value, settings, now, read)
        edits.append(
            Fact(
                kind=kind,
                value=value,
                level=level,
                evidence="",
                source_message_id=0,
                confidence=1.0,
                source=FactSource.AGENT,
                set_at=now,
                locked=True,
                canonical=canonical,
            )
        )
    return tuple(edits)


def procedure_slug(name: str, settings: AccountSettings) -> str:
    """The account's slug for a procedure named in any of its words, else the name as a slug."""
    wanted = plain(name)
    for procedure in settings.procedures:
        words = (procedure.slug, procedure.name, *procedure.synonyms)
        if wanted and wanted in {plain(word) for word in words}:
            return procedure.slug
    return cut(slug(name), CANONICAL_LIMIT)


def level_of(
    kind: FactKind, value: str, settings: AccountSettings, now: datetime, read: Reader | None
) -> tuple[str, str]:
    """Level and canonical of a value that somebody wrote into Chatwoot; empty strings where there is none.

    Args:
        kind: Which fact.
        value: As it stands there.
        settings: The account's.
        now: Aware UTC.
        read: Reads free text; without it only a published level's own word has a level.
    """
    if kind is FactKind.LOCATION:
        located = locate(value, settings)
        return located.level, located.canonical
    if slug(value) in LEVELS[kind]:
        return slug(value), ""
    if read is None:
        return "", ""
    level, canonical = read(kind, value, settings, now)
    return (level if level in LEVELS[kind] else ""), canonical


def _fact_of(draft: FactDraft, now: datetime, settings: AccountSettings, source: FactSource) -> Fact | None:
    value = cut(draft.value.replace("\x00", ""), VALUE_LIMIT)
    if not value:
        return None
    level, canonical = (draft.level if draft.level in LEVELS[draft.kind] else ""), draft.canonical
    if draft.kind is FactKind.LOCATION:
        located = locate(draft.canonical or value, settings)
        if not located.known_place and draft.canonical:
            located = locate(value, settings)
        level, canonical = located.level, located.canonical
    elif draft.kind is FactKind.INTEREST:
        canonical = procedure_slug(draft.canonical, settings) if draft.canonical else ""
    return Fact(
        kind=draft.kind,
        value=value,
        level=level,
        evidence=cut(draft.evidence, EVIDENCE_LIMIT),
        source_message_id=max(draft.source_message_id, 0),
        confidence=_bounded(draft.confidence),
        source=source,
        set_at=now,
        canonical=cut(canonical, CANONICAL_LIMIT),
    )


def _bounded(confidence: float) -> float:
    return min(max(confidence, 0.0), 1.0) if confidence == confidence else 0.0  # noqa: PLR0124  NaN differs from itself


def _may_replace(before: Fact | None, fact: Fact) -> bool:
    if before is None:
        return True
    if before.locked:
        return False
    if fact.confidence < SURE and fact.confidence <= before.confidence:
        return False
    if fact.confidence >= OUTRIGHT:
        return bool(fact.level) or not before.level or fact.kind is FactKind.LOCATION
    if before.level and not fact.level:
        return False
    if fact.kind is FactKind.INTEREST and before.level and fact.level:
        return _strength(fact) >= _strength(before)
    return True


def _strength(fact: Fact) -> int:
    return _INTEREST_STRENGTH[InterestLevel(fact.level)]


def _same(before: Fact, fact: Fact) -> bool:
    unchanged = replace(
        fact,
        evidence=before.evidence,
        source_message_id=before.source_message_id,
        confidence=before.confidence,
        source=before.source,
        set_at=before.set_at,
    )
    return unchanged == before


def _comparable(text: str) -> str:
    return _SPACES.sub(" ", fold(text)).strip()


def _is_quoted(evidence: str, heard: Sequence[str]) -> bool:
    quote = _comparable(evidence)
    return bool(quote) and any(quote in text for text in heard)
