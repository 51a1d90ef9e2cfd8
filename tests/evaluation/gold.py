"""What a lead really told, as written beside its words, and how an engine's understanding is compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from sdr_common.lead import Fact, FactKind
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion, Procedure
from sdr_dialogue.domain.text import plain

DATA = Path(__file__).parent / "data"
ZONE = ZoneInfo("America/Sao_Paulo")
TODAY = date(2026, 3, 11)
"""A Wednesday; every relative date counts from it unless an entry says `today`."""
NO_LEVEL = "none"
ANY = "any"

Entry = dict[str, object]


@dataclass(frozen=True)
class GoldFact:
    """One fact: any of its levels, any of its words."""

    levels: tuple[str, ...]
    """Published levels that count as right; empty text: none; no entries: the fact has none (a name)."""
    words: tuple[str, ...]
    """Plain words one of which the value must contain; empty: any value."""

    def level_is_right(self, fact: Fact, kind: FactKind) -> bool:
        """Lenient: the level alone; for a name its first word, because it has no level."""
        if kind is FactKind.NAME:
            first = plain(fact.value).split()[:1]
            return any(first == word.split()[:1] for word in self.words)
        return fact.level in self.levels

    def is_right(self, fact: Fact, kind: FactKind) -> bool:
        """Strict: level and value."""
        if not self.level_is_right(fact, kind):
            return False
        said = f"{plain(fact.value)} {plain(fact.canonical)}"
        if kind is FactKind.NAME:
            return any(word in said or plain(fact.value) in word for word in self.words)
        return not self.words or any(word in said for word in self.words)


@dataclass(frozen=True)
class GoldMessage:
    """A single message after one question."""

    asked: FactKind | None
    text: str
    facts: Mapping[FactKind, GoldFact]
    before: Mapping[FactKind, GoldFact] = field(default_factory=dict)
    escalation: str = ""
    disqualification: str = ""
    opts_out: bool = False


def gold_facts(entry: Mapping[str, object]) -> dict[FactKind, GoldFact]:
    """The facts of a `gold` mapping; keys that name no fact are something else."""
    published = {kind.value: kind for kind in FactKind}
    return {published[key]: _gold_fact(published[key], told) for key, told in entry.items() if key in published}


def _gold_fact(kind: FactKind, told: object) -> GoldFact:
    if kind is FactKind.NAME:
        return GoldFact((), tuple(plain(word) for word in str(told).split("|")))
    levels, words = (told[0], told[1]) if isinstance(told, list) else (told, "-")
    every = tuple("" if level == NO_LEVEL else level for level in str(levels).split("|"))
    return GoldFact(every, () if words == "-" else tuple(plain(word) for word in str(words).split("|")))


def gold_messages(part: str) -> list[GoldMessage]:
    """The single messages of `dev` or `heldout`."""
    rows: list[list[object]] = []
    for path in sorted(DATA.glob(f"messages_{part}*.yaml")):
        rows += yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_message(row) for row in rows]


def _message(row: list[object]) -> GoldMessage:
    asked, text, gold = row[0], str(row[1]), row[2]
    assert isinstance(gold, dict), row
    before = row[3] if len(row) > 3 else {}
    assert isinstance(before, dict), row
    return GoldMessage(
        None if asked == "-" else FactKind(str(asked)),
        text,
        gold_facts(gold),
        gold_facts(before),
        str(gold.get("esc", "")),
        str(gold.get("out", "")),
        bool(gold.get("opt")),
    )


def gold_moods(part: str) -> list[tuple[str, str]]:
    """Labelled messages: (mood, text)."""
    every: list[tuple[str, str]] = []
    for path in sorted(DATA.glob(f"moods_{part}*.yaml")):
        moods: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        every += [(mood, text) for mood, texts in moods.items() for text in texts]
    return every


def clinics() -> dict[str, AccountSettings]:
    """The clinics that leads write to, by name."""
    every: dict[str, dict[str, object]] = yaml.safe_load((DATA / "clinics.yaml").read_text(encoding="utf-8"))
    return {name: _clinic(entry) for name, entry in every.items()}


def _clinic(entry: dict[str, object]) -> AccountSettings:
    def listed(key: str) -> list[dict[str, object]]:
        rows = entry.get(key, [])
        assert isinstance(rows, list)
        return rows

    def texts(rows: object) -> tuple[str, ...]:
        assert isinstance(rows, list)
        return tuple(str(row) for row in rows)

    return AccountSettings(
        clinic_name=str(entry["clinic_name"]),
        assistant_name=str(entry["assistant_name"]),
        time_zone=str(ZONE),
        clinic_address=str(entry["clinic_address"]),
        clinic_city=str(entry["clinic_city"]),
        emojis_per_reply=int(str(entry.get("emojis_per_reply", 2))),
        procedures=tuple(
            Procedure(str(row["slug"]), str(row["name"]), texts(row.get("synonyms", [])))
            for row in listed("procedures")
        ),
        near=texts(entry["near"]),
        far=texts(entry["far"]),
        frequent_questions=tuple(
            FrequentQuestion(str(row["question"]), str(row["answer"])) for row in listed("frequent_questions")
        ),
    )


def morning(day: date) -> datetime:
    """Ten in the morning of a day, in the clinics' zone."""
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=ZONE)
