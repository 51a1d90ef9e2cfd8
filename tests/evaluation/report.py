"""The figures as tables for people, on the screen and in docs/quality.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sdr_common.lead import REQUIRED_FACTS
from sdr_dialogue.domain.conversation import Speaker
from sdr_dialogue.ports import LanguageModel
from tests.evaluation.figures import Counts, macro_f1, percentile, weighted_kappa
from tests.evaluation.gold import clinics
from tests.evaluation.leads import simulated_leads
from tests.evaluation.measuring import Measured
from tests.evaluation.playing import play

QUALITY = Path(__file__).parents[2] / "docs" / "quality.md"
SAMPLES = ("d016", "d134", "d129")
"""Leads whose conversations are printed whole: one who asks and hesitates, one who asks back, one in Spanish."""


def _engines(measured: Measured) -> str:
    total = sum((played.engines for played in measured.conversations), Counter[str]())
    return ", ".join(f"{engine} {count}" for engine, count in total.most_common())


_ROWS: tuple[tuple[str, Callable[[Measured], str]], ...] = (
    ("conversations", lambda m: str(len(m.conversations))),
    ("single messages", lambda m: str(m.message_count)),
    ("labelled moods", lambda m: str(len(m.moods))),
    ("conversations: micro F1, strict (value and level)", lambda m: _share(m.leads.micro().f1)),
    ("conversations: micro F1, lenient (level)", lambda m: _share(m.leads.micro(lenient=True).f1)),
    ("joint accuracy, strict (all five facts)", lambda m: _mean(m.joint_strict)),
    ("joint accuracy, lenient", lambda m: _mean(m.joint_lenient)),
    ("single messages: micro F1, strict", lambda m: _share(m.messages.micro().f1)),
    ("single messages: micro F1, lenient", lambda m: _share(m.messages.micro(lenient=True).f1)),
    ("temperature accuracy", lambda m: _mean([gold is found for gold, found in m.temperatures])),
    ("temperature, quadratic weighted kappa", lambda m: _share(weighted_kappa(m.temperatures))),
    ("escalation precision", lambda m: _share(m.escalation.precision)),
    ("escalation recall", lambda m: _share(m.escalation.recall)),
    ("not qualified: right outcome", lambda m: _mean(m.outcomes)),
    ("turns to completion, mean", lambda m: f"{_average(_turns(m)):.1f}"),
    ("turns to completion, p90", lambda m: f"{percentile(_turns(m), 0.9):.0f}"),
    ("questions for what was told, per conversation", lambda m: f"{_average(_asked_again(m)):.2f}"),
    ("sentiment macro F1", lambda m: _share(macro_f1(m.moods)[0])),
    ("answers by", _engines),
    ("CPU per answer, mean ms", lambda m: f"{_average(_cpu(m)):.2f}"),
    ("CPU per answer, p99 ms", lambda m: f"{percentile(_cpu(m), 0.99):.2f}"),
)


def table(every: Sequence[Measured]) -> str:
    """All figures in Markdown: the general ones, then each fact's."""
    head = ["| | " + " | ".join(m.part for m in every) + " |", "|---|" + "---|" * len(every)]
    rows = [f"| {name} | " + " | ".join(figure(m) for m in every) + " |" for name, figure in _ROWS]
    facts = [
        "",
        "| fact (precision / recall / F1) | "
        + " | ".join(f"{m.part}, strict | {m.part}, lenient" for m in every)
        + " |",
        "|---|" + "---|---|" * len(every),
    ]
    for kind in REQUIRED_FACTS:
        cells = [f"{_three(m.leads.strict[kind])} | {_three(m.leads.lenient[kind])}" for m in every]
        facts.append(f"| {kind.value}, conversations | " + " | ".join(cells) + " |")
    for kind in REQUIRED_FACTS:
        cells = [f"{_three(m.messages.strict[kind])} | {_three(m.messages.lenient[kind])}" for m in every]
        facts.append(f"| {kind.value}, messages | " + " | ".join(cells) + " |")
    return "\n".join([*head, *rows, *facts])


def worst(every: Sequence[Measured]) -> str:
    """The most frequent confusions: fact, right level, understood level, times; and those of moods."""
    lines = []
    for measured in every:
        lines.append(f"\nWorst of {measured.part}:")
        faults = measured.leads.faults + measured.messages.faults
        lines += [
            f"  {count:3} {kind.value}: {gold} understood as {found}"
            for (kind, gold, found), count in faults.most_common(15)
        ]
        lines += [f"  mood {label}: {_three(counts)}" for label, counts in macro_f1(measured.moods)[1].items()]
    return "\n".join(lines)


async def sample_transcripts(model: LanguageModel, names: Sequence[str] = SAMPLES) -> str:
    """Whole conversations of some leads as Markdown, with what was understood."""
    every, parts = clinics(), []
    leads = {lead.name: lead for part in ("dev", "heldout") for lead in simulated_leads(part)}
    for name in names:
        played = await play(model, leads[name], every[leads[name].clinic])
        lines = [f"### {name}", ""]
        for speaker, text in played.script:
            who = "**Lead:**" if speaker is Speaker.LEAD else "**Assistant:**"
            lines.append(f"{who} {text}".replace("\n", "<br>") + "  ")
        told = "; ".join(
            f"{kind.value}: {fact.value}{f' ({fact.level})' if fact.level else ''}"
            for kind, fact in played.facts.items()
        )
        ended = played.temperature.value if played.temperature else played.outcome
        parts.append("\n".join([*lines, "", f"*{told or 'nothing told'}. Ended as {ended}.*"]))
    return "\n\n".join(parts)


def write_quality(engine: str, every: Sequence[Measured], transcripts: str) -> Path:
    """Put figures and transcripts between their marks in docs/quality.md."""
    text = QUALITY.read_text(encoding="utf-8")
    day = datetime.now(UTC).date().isoformat()
    command = "make eval" if engine == "scripted" else f"make eval ENGINE={engine}"
    text = _between(text, f"figures {engine}", f"Measured on {day} with `{command}`.\n\n{table(every)}")
    if engine == "scripted":
        text = _between(text, "transcripts", transcripts)
    QUALITY.write_text(text, encoding="utf-8")
    return QUALITY


def _between(text: str, mark: str, content: str) -> str:
    pattern = re.compile(rf"(<!-- {mark}: begin -->\n).*?(<!-- {mark}: end -->)", re.DOTALL)
    return pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def _turns(measured: Measured) -> list[float]:
    return [float(played.turns) for played in measured.conversations if not played.lead.outcome and not played.outcome]


def _asked_again(measured: Measured) -> list[float]:
    return [float(played.asked_again) for played in measured.conversations]


def _cpu(measured: Measured) -> list[float]:
    return [each for played in measured.conversations for each in played.cpu_ms]


def _three(counts: Counts) -> str:
    return f"{counts.precision:.2f} / {counts.recall:.2f} / {counts.f1:.2f}"


def _share(value: float) -> str:
    return f"{value:.3f}"


def _mean(values: Sequence[bool]) -> str:
    return _share(_average([float(value) for value in values]))


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
