"""A run in words: the verdict as a table, and its figures for docs/capacity.md."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from tests.load.model import replicas
from tests.load.play import Result
from tests.load.verdict import Line, judge
from tests.support.measure import SERVICES

DOCS = Path(__file__).parents[2] / "docs" / "capacity.md"
_BUSY = 0.7


def table(result: Result) -> str:
    """What was played, what each service level came to."""
    found = result.measured
    head = (
        f"{result.load.leads_per_day:,} leads a day: {found.leads} leads, {found.messages} messages, "
        f"{len(found.answer_s)} answers in {result.seconds:.0f} s, {result.answers_per_s:.1f} answers/s, "
        f"the busiest hour {result.load.compression:.0f} times as fast"
    )
    lines = [head]
    lines += [f"  {each.name:<30} {each.measured:>10} {each.target:>12}  {_word(each)}" for each in judge(found)]
    return "\n".join(lines)


def _word(line: Line) -> str:
    return "kept" if line.kept else "BROKEN"


def section(result: Result) -> str:
    """The generated part of the docs for one load."""
    found, load = result.measured, result.load
    pace = (
        "the busiest hour at its own pace"
        if load.compression == 1
        else f"the busiest hour {load.compression:.0f} times as fast"
    )
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    answers = max(1, len(found.answer_s))
    rows = [
        ("played", f"{found.leads} leads, {found.messages} messages, {len(found.answer_s)} answers ({pace})"),
        ("answers a second, steady part", f"{result.answers_per_s:.1f}"),
        ("answered after, p50 / p95 / p99", " / ".join(f"{found.percentile(p):.1f} s" for p in (0.5, 0.95, 0.99))),
        *((each.name, f"{each.measured} ({each.target}): **{_word(each)}**") for each in judge(found)),
        ("messages and answers per lead", f"{found.messages / found.leads:.1f} / {answers / found.leads:.1f}"),
        ("calls to Chatwoot per answer", f"{result.chatwoot_requests / answers:.1f}"),
        ("stored per lead", f"{result.stored_bytes / max(1, found.leads) / 1024:.0f} KiB"),
    ]
    head = (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine}, leads, Chatwoot and Postgres on the same cores: "
        f"`make load LEADS_PER_DAY={load.leads_per_day} DOCS=1`"
    )
    return "\n".join(
        [head, "", "| what | measured |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows), "", _sizes(result)]
    )


def _sizes(result: Result) -> str:
    """CPU per answer, and how many replicas the busiest hour asks for by it."""
    answers, turns = max(1, len(result.measured.answer_s)), result.load.peak_turns_per_s
    head = (
        f"| process | CPU per answer | answers/s of one core, {_BUSY:.0%} busy | memory | "
        f"cores' worth of replicas at {turns:.1f} answers/s |"
    )
    rows = [head, "|---|---|---|---|---|"]
    for name in (*SERVICES, "postgres"):
        per_turn = result.cpu.by_name.get(name, 0.0) / answers
        holds = _BUSY / per_turn if per_turn else 0.0
        memory = result.memory_mib.get(name, 0.0)
        rows.append(
            f"| {name} | {per_turn * 1000:.1f} ms | {holds:,.0f} | {memory:.0f} MiB | {replicas(turns, per_turn)} |"
        )
    return "\n".join(rows)


def write_docs(result: Result, path: Path = DOCS) -> None:
    """Puts the figures between the markers of this load.

    Raises:
        ValueError: the page has no place for this load.
    """
    name = f"load {result.load.leads_per_day}"
    text = path.read_text()
    pattern = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- {name}: end -->)", re.S)
    if not pattern.search(text):
        raise ValueError(f"{path.name} has no markers for {name}")
    path.write_text(pattern.sub(lambda found: f"{found[1]}{section(result)}\n{found[2]}", text))
