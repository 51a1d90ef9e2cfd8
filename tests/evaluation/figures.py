"""The figures: precision, recall and F1 per fact, joint accuracy, kappa, macro-F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sdr_common.lead import REQUIRED_FACTS, Fact, FactKind, Temperature
from tests.evaluation.gold import GoldFact

TEMPERATURES = (Temperature.VERY_COLD, Temperature.COLD, Temperature.WARM, Temperature.HOT)


@dataclass
class Counts:
    """Right, superfluous and missed."""

    right: int = 0
    superfluous: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of what was understood, the share that is right; 1 where nothing was understood."""
        found = self.right + self.superfluous
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """Of what was told, the share that was understood; 1 where nothing was told."""
        told = self.right + self.missed
        return self.right / told if told else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        whole = 2 * self.right + self.superfluous + self.missed
        return 2 * self.right / whole if whole else 1.0

    def add(self, other: Counts) -> None:
        """Count another's along."""
        self.right += other.right
        self.superfluous += other.superfluous
        self.missed += other.missed


@dataclass
class FactFigures:
    """Counts per fact, strict (value and level) and lenient (level)."""

    strict: dict[FactKind, Counts] = field(default_factory=lambda: {kind: Counts() for kind in REQUIRED_FACTS})
    lenient: dict[FactKind, Counts] = field(default_factory=lambda: {kind: Counts() for kind in REQUIRED_FACTS})
    faults: Counter[tuple[FactKind, str, str]] = field(default_factory=Counter)
    """(fact, level that is right, level that was understood), `-` for none."""

    def take(self, gold: Mapping[FactKind, GoldFact], found: Mapping[FactKind, Fact]) -> list[FactKind]:
        """Count one lead or message; the kinds that are not strictly right."""
        wrong = []
        for kind in REQUIRED_FACTS:
            told, fact = gold.get(kind), found.get(kind)
            if told is None and fact is None:
                continue
            strict = told is not None and fact is not None and told.is_right(fact, kind)
            lenient = told is not None and fact is not None and told.level_is_right(fact, kind)
            for counts, is_right in ((self.strict[kind], strict), (self.lenient[kind], lenient)):
                counts.right += is_right
                counts.superfluous += fact is not None and not is_right
                counts.missed += told is not None and not is_right
            if not strict:
                wrong.append(kind)
                self.faults[(kind, "/".join(told.levels) or "told" if told else "-", _shown(fact))] += 1
        return wrong

    def micro(self, *, lenient: bool = False) -> Counts:
        """All facts together."""
        total = Counts()
        for counts in (self.lenient if lenient else self.strict).values():
            total.add(counts)
        return total


def _shown(fact: Fact | None) -> str:
    return "-" if fact is None else fact.level or "no level"


def weighted_kappa(pairs: Sequence[tuple[Temperature, Temperature]]) -> float:
    """Quadratic weighted kappa of temperatures; 1 for perfect agreement.

    Source: J. Cohen, Weighted kappa, Psychological Bulletin 70 (1968).
    """
    size = len(TEMPERATURES)
    seen = Counter((TEMPERATURES.index(gold), TEMPERATURES.index(found)) for gold, found in pairs)
    golds = Counter(gold for gold, _ in seen.elements())
    founds = Counter(found for _, found in seen.elements())
    weight = {(row, column): (row - column) ** 2 for row in range(size) for column in range(size)}
    observed = sum(weight[cell] * count for cell, count in seen.items())
    expected = sum(weight[row, column] * golds[row] * founds[column] / len(pairs) for row, column in weight)
    return 1 - observed / expected if expected else 1.0


def macro_f1(pairs: Iterable[tuple[str, str]]) -> tuple[float, dict[str, Counts]]:
    """The mean F1 over the gold labels, and each label's counts."""
    per_label: dict[str, Counts] = {}
    for gold, found in pairs:
        for label in (gold, found):
            per_label.setdefault(label, Counts())
        per_label[gold].right += gold == found
        per_label[gold].missed += gold != found
        per_label[found].superfluous += gold != found
    return sum(counts.f1 for counts in per_label.values()) / max(len(per_label), 1), per_label


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0-1) of the values lie; 0 for none."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
