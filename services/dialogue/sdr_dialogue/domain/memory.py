"""One lead behind several contacts: equal phones, and what two leads that are one know together."""

from __future__ import annotations

from dataclasses import replace

import phonenumbers

from sdr_common.lead import Fact, FactKind
from sdr_dialogue.domain.turn import Lead

_BRAZIL = 55
_WRITTEN_LIMIT = 40


def normal_phone(text: str) -> str:
    """A number in E.164, Brazilian mobiles always with their ninth digit; empty: it is no possible number.

    WhatsApp still names many Brazilian mobiles without the 9 that was put before them from 2012 to 2016, so that
    +55 11 8765-4321 and +55 11 98765-4321 are one phone. A subscriber number that begins with 6 to 9 is a mobile.
    Source: Anatel, resolution 553/2010.
    """
    try:
        number = phonenumbers.parse(text, "BR")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    national = str(number.national_number)
    if number.country_code == _BRAZIL and len(national) == 10 and national[2] in "6789":
        return f"+{_BRAZIL}{national[:2]}9{national[2:]}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def united(kept: Lead, gone: Lead) -> Lead:
    """What two leads that are one know: a human's value first, then the latest.

    Args:
        kept: The lead that stays; its end and status count where it has any.
        gone: The one that becomes part of it.
    """
    facts = dict(gone.facts) | {
        kind: _better(fact, gone.facts[kind]) if kind in gone.facts else fact for kind, fact in kept.facts.items()
    }
    written: dict[FactKind, tuple[str, ...]] = dict(gone.written)
    for kind, values in kept.written.items():
        written[kind] = tuple(dict.fromkeys((*gone.written.get(kind, ()), *values)))[-_WRITTEN_LIMIT:]
    silent = kept if kept.opted_out else gone if gone.opted_out else None
    ending = silent or (kept if kept.ended is not None or gone.ended is None else gone)
    return replace(
        kept,
        facts=facts,
        written=written,
        ended=kept.ended or gone.ended,
        opted_out=silent is not None,
        status=ending.status,
        started_at=min((at for at in (kept.started_at, gone.started_at) if at is not None), default=None),
    )


def _better(first: Fact, second: Fact) -> Fact:
    return max(first, second, key=lambda fact: (fact.locked, fact.set_at))
