"""What one turn costs the gateway: statements from Postgres's own log, calls from the services' side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as dialogue
from sdr_common.mailbox import QUERIES as MAILBOX
from sdr_gateway.store.accounts import QUERIES
from tests.support.gateway import Door, Services, a_reply, running_gateway
from tests.support.net import eventually
from tests.support.payloads import a_message

STATEMENTS_PER_TURN = {
    "ingest": 1,
    "claim": 1,
    "take": 1,
    "load": 1,
    "find_conversation": 1,
    "seal": 1,
    "save_conversation": 1,
    "close": 1,
    "begin": 1,
    "commit": 1,
}
"""Of an ordinary turn of one message; what looks for work by the clock is not a turn's."""
TURNS = 5

_LINE = re.compile(r"budget=(?P<database>\S+) (?P<application>\S+) LOG: +(?:statement|execute [^:]*): (?P<sql>.*)")
_BY_START = {
    " ".join(statement.split())[:40]: name for queries in (MAILBOX, QUERIES) for name, statement in queries.items()
} | {"BEGIN": "begin", "COMMIT": "commit"}


class _Log:
    """The statements that one database's gateway made, by name."""

    def __init__(self, url: str, file: Path) -> None:
        self._name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        self._file = file
        self._from = file.stat().st_size

    def names(self) -> Counter[str]:
        """Statements since the beginning, unknown ones by their first words."""
        with self._file.open("rb") as log:
            log.seek(self._from)
            text = log.read().decode(errors="replace")
        counts: Counter[str] = Counter()
        # A statement is logged as it stands in the file: lines that go on begin with a tab.
        for line in text.replace("\n\t", " ").splitlines():
            match = _LINE.search(line)
            if match and match["database"] == self._name and match["application"].startswith("sdr-gateway"):
                start = " ".join(match["sql"].split())[:40]
                counts[_BY_START.get(start, start)] += 1
        return counts


@contextmanager
def _statement_log(url: str) -> Iterator[_Log]:
    with psycopg.connect(url, autocommit=True) as conn:
        folder = conn.execute("show data_directory").fetchone()
        file = Path(str(folder[0] if folder else "")) / "log"
        if not file.is_file():
            pytest.skip("this Postgres's log is not at hand")
        conn.execute("alter system set log_line_prefix = 'budget=%d %a '")
        conn.execute("select pg_reload_conf()")
        name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        conn.execute(f"alter database {name} set log_statement = 'all'".encode())
    yield _Log(url, file)


async def _take_turn(door: Door, message_id: int) -> None:
    before = len(await door.outcomes())
    await door.tell(a_message(message_id))

    async def ended() -> bool:
        return len(await door.outcomes()) > before

    await eventually(ended)


async def test_an_ordinary_turn_keeps_to_its_statements_and_calls(database: str, services: Services) -> None:
    with _statement_log(database) as log:
        async with running_gateway(database, services, account_ttl_s=300, lease_s=300) as door:
            await _take_turn(door, 100)
            await eventually(lambda: log.names()["close"] == 1)
            before = log.names()
            for number in range(TURNS):
                await _take_turn(door, 101 + number)
            spent = log.names() - before
    polls = {name: spent.pop(name, 0) for name in ("next_due", "depth", "claim_sweep")}
    assert polls["next_due"] > 0
    assert {name: count / TURNS for name, count in spent.items()} == STATEMENTS_PER_TURN
    assert len(services.responds) == TURNS + 1
    assert len(services.delivers) == TURNS + 1
    assert (services.observes, services.analyzes, services.qualifies) == ([], [], [])


async def test_the_last_turn_takes_four_calls(database: str, services: Services) -> None:
    async def last(request: dialogue.RespondRequest) -> dialogue.RespondResponse:
        return a_reply(ended=lead.END_REASON_FACTS_COMPLETE)

    services.answer = last
    async with running_gateway(database, services) as door:
        await _take_turn(door, 100)
    calls = (services.responds, services.analyzes, services.qualifies, services.delivers, services.observes)
    assert [len(made) for made in calls] == [1, 1, 1, 1, 0]
