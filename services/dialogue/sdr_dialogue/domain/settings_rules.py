"""What settings may not say: contradictions that would make the assistant's behaviour depend on luck."""

from __future__ import annotations

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdr_common.errors import InvalidSettings
from sdr_dialogue.domain.settings import AccountSettings
from sdr_dialogue.domain.text import plain

QUESTIONS_PER_FACT = 10
"""Own wordings of one fact's question at most."""
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|%\}|\$\{?[A-Za-z_]\w*|\{[^{}\n]{1,40}\}")
"""Liquid, and the placeholders of templates."""


def check_settings(settings: AccountSettings) -> None:
    """Refuse settings that contradict themselves.

    Raises:
        InvalidSettings: the first contradiction, naming field, value and limit.
    """
    _check_time_zone(settings.time_zone)
    _check_procedures(settings)
    _check_served_area(settings)
    for kind, wordings in settings.questions.items():
        if len(wordings) > QUESTIONS_PER_FACT:
            raise InvalidSettings(
                "settings.questions",
                f"{kind.value} has {len(wordings)} wordings, at most {QUESTIONS_PER_FACT} are allowed",
                fact=kind.value,
                limit=QUESTIONS_PER_FACT,
            )
    if not 5 <= settings.message_limit <= 200:
        raise InvalidSettings(
            "settings.message_limit", f"{settings.message_limit} is not 0 (20) or 5-200", value=settings.message_limit
        )
    if 0 < settings.budget_stop_brl < settings.budget_alert_brl:
        raise InvalidSettings(
            "settings.budget_stop_brl",
            f"{settings.budget_stop_brl} is less than budget_alert_brl ({settings.budget_alert_brl})",
            value=settings.budget_stop_brl,
            limit=settings.budget_alert_brl,
        )
    _unique("settings.frequent_questions", (plain(item.question) for item in settings.frequent_questions))
    _unique("settings.vocabulary", (plain(item.avoid) for item in settings.vocabulary))
    _check_words(settings)


def _check_words(settings: AccountSettings) -> None:
    """What is said as it stands may hold no placeholder: nothing fills it, and Chatwoot reads some as Liquid."""
    texts = [("assistant_name", settings.own_name), ("persona", settings.persona)]
    texts += [("guardrails", rule) for rule in settings.guardrails]
    texts += [("questions", text) for wordings in settings.questions.values() for text in wordings]
    texts += [("vocabulary", word) for item in settings.vocabulary for word in (item.avoid, item.use)]
    for field, text in texts:
        found = _PLACEHOLDER.search(text)
        if found:
            raise InvalidSettings(
                f"settings.{field}",
                f"{found[0][:40]!r} is a placeholder, and leads would read it as it stands",
                value=found[0][:40],
            )


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSettings("clinic.time_zone", f"{name!r} is no IANA time zone", value=name) from None


def _check_procedures(settings: AccountSettings) -> None:
    _unique("settings.procedures", (procedure.slug for procedure in settings.procedures))
    owner: dict[str, str] = {}
    for procedure in settings.procedures:
        for word in (procedure.name, *procedure.synonyms):
            other = owner.setdefault(plain(word), procedure.slug)
            if other != procedure.slug:
                raise InvalidSettings(
                    "settings.procedures",
                    f"{word!r} names both {other} and {procedure.slug}",
                    value=word,
                    first=other,
                    second=procedure.slug,
                )


def _check_served_area(settings: AccountSettings) -> None:
    near = {plain(place) for place in settings.near}
    for place in settings.far:
        if plain(place) in near:
            raise InvalidSettings("settings.served_area", f"{place!r} is both near and far", value=place)


def _unique(field: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InvalidSettings(field, f"{value!r} stands twice", value=value)
        seen.add(value)
