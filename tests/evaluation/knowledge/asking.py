"""The invented clinic's knowledge in a real database, and how well it is found there."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg
import yaml

from sdr_common.errors import AccountNotFound
from sdr_common.postgres import Connection, Pool, make_pool
from sdr_dialogue.domain.documents import Content, Document, DocumentKind
from sdr_dialogue.domain.knowledge import Found
from sdr_dialogue.domain.settings import AccountSettings, Procedure
from sdr_dialogue.operations_knowledge import Knowledge
from sdr_dialogue.ports import Embedder
from sdr_dialogue.store.knowledge import PostgresKnowledge
from sdr_dialogue.store.unanswered import PostgresUnanswered

HERE = Path(__file__).parent
ACCOUNT = 1
NOTHING = "-"
"""What a question expects that the knowledge does not answer."""


@dataclass(frozen=True)
class Asked:
    """A question, and the entry that answers it."""

    expects: str
    question: str


@dataclass(frozen=True)
class Figures:
    """How well questions were answered, each 0-1, and how long a search took."""

    asked: int
    recall_at_1: float
    recall_at_3: float
    answered_right: float
    """Of those that have an answer: the best passage is the right one, and counts as an answer."""
    answered_wrong: float
    """Of those that have an answer: another passage counts as one."""
    no_answer: float
    """Of those that have none: it is said so."""
    p50_ms: float


class OneAccount:
    """The port `AccountSettingsSource` for one account that never changes."""

    def __init__(self, settings: AccountSettings) -> None:
        self._settings = settings

    async def active(self, account_id: int) -> AccountSettings:
        return self._settings

    async def find(self, conn: Connection, account_id: int, version: int) -> AccountSettings | None:
        return self._settings

    async def put(self, conn: Connection, account_id: int, settings: AccountSettings) -> tuple[int, bool]:
        raise AccountNotFound(account_id)

    def forget(self, account_id: int) -> None:
        """Nothing is cached."""


def questions(name: str) -> list[Asked]:
    """A set of questions: dev or unseen."""
    lines = (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [Asked(*line.split("\t", 1)) for line in lines]


def settings() -> AccountSettings:
    """The clinic's procedures."""
    given = yaml.safe_load((HERE / "clinic.yaml").read_text(encoding="utf-8"))["procedures"]
    procedures = tuple(Procedure(item["slug"], item["name"], tuple(item["synonyms"])) for item in given)
    return AccountSettings("Clínica Aurora", "Bia", "America/Sao_Paulo", procedures=procedures)


def contents() -> dict[str, Content]:
    """The clinic's entries by name."""
    given = yaml.safe_load((HERE / "clinic.yaml").read_text(encoding="utf-8"))
    found = {name: Content(DocumentKind.FAQ, item["q"], item["a"]) for name, item in given["faq"].items()}
    for name, text in given["documents"].items():
        title = text.partition("\n")[0].lstrip("# ")
        found[name] = Content(DocumentKind.MARKDOWN, title, text, f"{name}.md")
    return found


async def kept(_conn: Connection, _document: Document, _changed: bool) -> None:
    """No call's answer is to be stored."""


@asynccontextmanager
async def the_clinic(
    url: str, embedder: Embedder | None = None
) -> AsyncIterator[tuple[Knowledge, Pool, dict[int, str]]]:
    """The knowledge of the clinic, and the entry of each document."""
    async with make_pool(url, "dialogue", name="evaluation") as pool:
        knowledge = Knowledge(
            pool,
            store=PostgresKnowledge(),
            unanswered=PostgresUnanswered(),
            settings=OneAccount(settings()),
            embedder=embedder,
        )
        names = {}
        for name, content in contents().items():
            document, _ = await knowledge.put(ACCOUNT, 0, content, kept)
            names[document.document_id] = name
        while embedder is not None and await knowledge.keep():
            pass
        yield knowledge, pool, names


async def measure(knowledge: Knowledge, names: dict[int, str], asked: Sequence[Asked]) -> Figures:
    """Asks every question."""
    results, times = [], []
    for one in asked:
        start = time.perf_counter()
        found = await knowledge.search(ACCOUNT, one.question, "", 3)
        times.append((time.perf_counter() - start) * 1000)
        results.append((one.expects, [names[passage.document_id] for passage in found.passages], found))
    return _figures(results, median(times))


def _figures(results: Sequence[tuple[str, list[str], Found]], p50_ms: float) -> Figures:
    known = [(expects, names, found) for expects, names, found in results if expects != NOTHING]
    unknown = [found for expects, _, found in results if expects == NOTHING]

    def share(holds: Callable[[str, list[str], Found], bool]) -> float:
        return sum(holds(*one) for one in known) / len(known)

    return Figures(
        len(results),
        share(lambda expects, names, _: names[:1] == [expects]),
        share(lambda expects, names, _: expects in names[:3]),
        share(lambda expects, names, found: names[:1] == [expects] and found.passages[0].answers),
        share(lambda expects, names, found: found.answered and names[:1] != [expects]),
        sum(not found.answered for found in unknown) / len(unknown),
        p50_ms,
    )


def plain_recall(url: str, names: dict[int, str], asked: Sequence[Asked]) -> float:
    """Recall at 3 of Postgres's own Portuguese full text on the same passages: any word may match, `ts_rank` orders."""
    with psycopg.connect(url, options="-c search_path=dialogue,public") as conn:
        known = [one for one in asked if one.expects != NOTHING]
        hits = 0
        for one in known:
            rows = conn.execute(
                """with q as (select replace(plainto_tsquery('portuguese', %s)::text, '&', '|')::tsquery as query)
                select document_id from passage, q
                where account_id = %s and to_tsvector('portuguese', title || ' ' || text) @@ query
                order by ts_rank(to_tsvector('portuguese', title || ' ' || text), query) desc, passage_id limit 3""",
                [one.question, ACCOUNT],
            ).fetchall()
            hits += one.expects in [names[row[0]] for row in rows]
        return hits / len(known)
