"""`make eval-knowledge`: measures the search of an account's knowledge and writes its figures into docs/quality.md."""

from __future__ import annotations

import asyncio
import platform
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from sdr_common.migrate import migrate
from sdr_dialogue.domain.documents import Content, DocumentKind
from sdr_dialogue.operations_knowledge import Knowledge
from tests.evaluation.knowledge.asking import (
    ACCOUNT,
    Figures,
    contents,
    kept,
    measure,
    plain_recall,
    questions,
    the_clinic,
)
from tests.evaluation.knowledge.ngrams import NgramEmbedder
from tests.support.postgres import start_postgres

FILE = Path(__file__).parents[3] / "docs" / "quality.md"
BEGIN, END = "<!-- figures knowledge: begin -->", "<!-- figures knowledge: end -->"
PASSAGES = 10_000
_ROWS: dict[str, Callable[[Figures], str]] = {
    "questions": lambda one: str(one.asked),
    "recall at 1": lambda one: f"{one.recall_at_1:.3f}",
    "recall at 3": lambda one: f"{one.recall_at_3:.3f}",
    "answered with the right passage": lambda one: f"{one.answered_right:.3f}",
    "answered with another one": lambda one: f"{one.answered_wrong:.3f}",
    "no-answer accuracy": lambda one: f"{one.no_answer:.3f}",
    "search, p50, ms": lambda one: f"{one.p50_ms:.1f}",
}


async def main() -> None:
    """Measures, prints and writes."""
    postgres = start_postgres()
    columns: dict[str, dict[str, Figures]] = {}
    plain: dict[str, float] = {}
    with postgres.database() as url:
        migrate(url, "dialogue", "sdr_dialogue")
        async with the_clinic(url) as (knowledge, _, names):
            for name in ("dev", "unseen"):
                columns.setdefault("own", {})[name] = await measure(knowledge, names, questions(name))
                plain[name] = plain_recall(url, names, questions(name))
            await _fill(knowledge)
            times = await _times(knowledge)
    with postgres.database() as url:
        migrate(url, "dialogue", "sdr_dialogue")
        async with the_clinic(url, NgramEmbedder()) as (knowledge, _, names):
            for name in ("dev", "unseen"):
                columns.setdefault("ngrams", {})[name] = await measure(knowledge, names, questions(name))
    text = _table(columns, plain, times)
    print(text)
    before, _, rest = FILE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    FILE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


async def _fill(knowledge: Knowledge) -> None:
    """Documents of an invented hospital's size around the clinic's own entries."""
    chance = random.Random(7)
    words = sorted({word for content in contents().values() for word in f"{content.title} {content.text}".split()})
    words += [f"{word}{ending}" for word in words[:400] for ending in ("ico", "ado", "ente")]
    for number in range(PASSAGES // 100):
        sections = "\n".join(
            f"## {' '.join(chance.sample(words, 4))}\n{' '.join(chance.sample(words, 40))}." for _ in range(100)
        )
        content = Content(DocumentKind.MARKDOWN, f"Documento {number}", sections, f"{number}.md")
        await knowledge.put(ACCOUNT, 0, content, kept)


async def _times(knowledge: Knowledge) -> list[float]:
    times = []
    for one in questions("dev") + questions("unseen"):
        start = time.perf_counter()
        await knowledge.search(ACCOUNT, one.question, "", 3)
        times.append((time.perf_counter() - start) * 1000)
    return times


def _table(columns: dict[str, dict[str, Figures]], plain: dict[str, float], times: list[float]) -> str:
    lines = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with `make eval-knowledge`, {_machine()}.",
        "",
        "| | dev | unseen | with letter n-grams, dev | unseen |",
        "|---|---|---|---|---|",
    ]
    for name, show in _ROWS.items():
        cells = [show(columns[kind][part]) for kind in ("own", "ngrams") for part in ("dev", "unseen")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    p99 = quantiles(times, n=100)[98]
    plainly = (
        f"Postgres's own Portuguese full text finds {plain['dev']:.3f} (dev) and {plain['unseen']:.3f} (unseen) of the "
        "right passages among its first three."
    )
    slow = f"At {PASSAGES:,} passages more: p50 {median(times):.1f} ms, p99 {p99:.1f} ms over {len(times)} questions."
    lines += ["", plainly, "", slow]
    return "\n".join(lines)


def _machine() -> str:
    return f"Python {platform.python_version()} on two shared cores of {platform.machine()}"


if __name__ == "__main__":
    asyncio.run(main())
