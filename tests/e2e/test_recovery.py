"""Everything dies at once, and a whole hour away: what resumes, how soon, and what is left alone.

Chatwoot stands beside the stack here and lives on, as the real one does. The hour is compressed: leads write within
seconds, then the emulator dates their messages evenly over the last hour, and what the product remembers of its
connection and its last sweep is set back by as much.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.chaos.checker import check
from tests.chaos.evidence import Conversation, read_export
from tests.integration.sandbox.servers import INBOX, TOKEN, Running, running_chatwoot
from tests.support.chatwoot import Chatwoot, Phone
from tests.support.net import free_port
from tests.support.stack import RunningStack, launch

pytestmark = pytest.mark.e2e

RESUMES_WITHIN_S = 15.0
SETTLES_AFTER_S = 20.0
HOUR_S = 3600.0
EVIDENCE = "conversations,contacts,events,looks,creations,deliveries"


@dataclass
class House:
    """An emulated Chatwoot and a stack beside it."""

    emulated: Running
    chatwoot: Chatwoot
    data_dir: Path
    settings: dict[str, str]
    stack: RunningStack

    async def start(self) -> float:
        """Starts the stack on what it left; gives the seconds until it was ready."""
        began = time.monotonic()
        self.stack = await asyncio.to_thread(launch, self.data_dir, **self.settings)
        await asyncio.to_thread(self.stack.wait_ready)
        return time.monotonic() - began

    async def conversations(self) -> list[Conversation]:
        """What Chatwoot holds."""
        return read_export(await self.chatwoot.sandbox("GET", f"/export?only={EVIDENCE}"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Callable[..., House]]:
    """Makes the house; everything is stopped at the end."""
    async with running_chatwoot() as emulated:  # noqa: SIM117  (the second needs the first)
        async with Chatwoot(emulated.url, TOKEN, INBOX).listening() as chatwoot:
            port = free_port()
            settings = {
                "SANDBOX": "0",
                "CHATWOOT_URL": emulated.url,
                "CHATWOOT_ADMIN_TOKEN": TOKEN,
                "SDR_GATEWAY_HTTP_PORT": str(port),
                "SDR_GATEWAY_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "SDR_GATEWAY_COALESCE_IDLE_MS": "500",
                "SDR_GATEWAY_COALESCE_MAX_MS": "2000",
            }
            made: list[House] = []

            def make(**more: str) -> House:
                data_dir = tmp_path / "sdr"
                data_dir.mkdir()
                for parent in (data_dir, *list(data_dir.parents)[:3]):
                    parent.chmod(0o755)  # the bundled Postgres runs as another user when we are root
                wanted = {**settings, **more}
                found = House(emulated, chatwoot, data_dir, wanted, launch(data_dir, **wanted))
                made.append(found)
                return found

            yield make
            for one in made:
                await asyncio.to_thread(one.stack.stop)


async def _leads(chatwoot: Chatwoot, count: int, prefix: str) -> list[Phone]:
    return [await chatwoot.new_phone(f"{prefix} {number}") for number in range(count)]


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_after_everything_was_killed_at_once_work_resumes_within_fifteen_seconds(
    house: Callable[..., House],
) -> None:
    began = time.monotonic()
    made = house()
    await asyncio.to_thread(made.stack.wait_ready)
    first_start_s = time.monotonic() - began
    phones = await _leads(made.chatwoot, 40, "Lead")
    # Killed while bursts wait, turns are open and deliveries under way.
    await asyncio.gather(*(phone.send("oi", "queria saber do botox") for phone in phones[:20]))
    await asyncio.sleep(0.55)
    await asyncio.gather(*(phone.send("oi, queria saber do botox") for phone in phones[20:30]))
    made.stack.kill_everything()
    await asyncio.gather(*(phone.send("oi, queria saber do botox") for phone in phones[30:]))
    began = time.monotonic()
    ready_s = await made.start()
    await asyncio.gather(*(phone.next_message(60) for phone in phones[30:]))
    resumed_s = time.monotonic() - began
    await asyncio.gather(*(phone.next_message(60) for phone in phones[:30]))
    everybody_s = time.monotonic() - began
    print(f"ready after {ready_s:.1f} s, resumed {resumed_s:.1f} s, everybody {everybody_s:.1f} s")  # noqa: T201
    await asyncio.sleep(3)  # Whoever answers twice may do so a little later.
    verdict = check(await made.conversations())
    assert [fault for fault in verdict.violations if fault.promise not in {"attributes", "closing"}] == []
    # A machine that is busy with other things is given as long as it took to start for the first time.
    assert resumed_s < max(RESUMES_WITHIN_S, first_start_s)
    # Whose message was on its way to Chatwoot in that very moment waits until it cannot be stored late any more.
    assert everybody_s < SETTLES_AFTER_S + max(RESUMES_WITHIN_S, first_start_s)


def _an_hour_passed(database: str) -> None:
    """The product's memory of when it was connected and last swept is an hour older."""
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(
            """update gateway.account set connected_at = connected_at - interval '65 minutes',
              swept_until = swept_until - interval '61 minutes', swept_at = swept_at - interval '61 minutes'"""
        )


async def _dated(chatwoot: Chatwoot, first: int, ended_s_ago: float) -> None:
    """Messages from this one on came within a minute that ended so long ago."""
    body = {"from_message_id": first, "span_s": 60.0, "ended_s_ago": ended_s_ago}
    await chatwoot.sandbox("POST", "/backdate", body)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_an_hour_away_ends_with_each_lead_answered_once_and_history_and_humans_left_alone(
    house: Callable[..., House], empty_database: str
) -> None:
    limit = 900
    made = house(
        DATABASE_URL=empty_database,
        SDR_GATEWAY_SWEEP_INTERVAL_S="5",
        SDR_ROUTING_CHATWOOT_REQUESTS_PER_MINUTE=str(limit),
    )
    history = await _leads(made.chatwoot, 10, "Antigo")
    await asyncio.gather(*(phone.send("oi, queria saber do botox") for phone in history))
    await _dated(made.chatwoot, 1, 2 * HOUR_S)
    await asyncio.to_thread(made.stack.wait_ready)
    known = await _leads(made.chatwoot, 20, "Conhecido")
    await asyncio.gather(*(phone.send("oi") for phone in known))
    await asyncio.gather(*(phone.next_message(60) for phone in known))
    await asyncio.to_thread(made.stack.stop)
    await _dated(made.chatwoot, known[0].sent[0], HOUR_S + 30)

    first = max(made.emulated.core.state.messages) + 1
    helped = await _leads(made.chatwoot, 10, "Atendido")
    new = await _leads(made.chatwoot, 230, "Novo")
    for phone in itertools.chain(known, new):
        await phone.send("oi, queria saber do botox", "moro em Moema")
    for phone in helped:
        await phone.send("oi")
        said = {"content": "Oi! Aqui é a Camila, já te ajudo."}
        await made.chatwoot.account("POST", f"/conversations/{phone.conversation_id}/messages", said)
    assert 2 * len([*known, *new]) == 500
    await made.chatwoot.sandbox("POST", "/backdate", {"from_message_id": first, "span_s": HOUR_S})
    _an_hour_passed(empty_database)
    for phone in helped:
        await phone.next_message(5)

    began = time.monotonic()
    ready_s = await made.start()
    await asyncio.gather(*(phone.next_message(240) for phone in (*known, *new)))
    took_s = time.monotonic() - began
    await asyncio.sleep(12)  # two more sweeps find nothing to say
    conversations = await made.conversations()
    answers = {one.id: sum(message.is_bot and message.id >= first for message in one.messages) for one in conversations}
    assert {answers[phone.conversation_id] for phone in (*known, *new)} == {1}
    assert {answers[phone.conversation_id] for phone in (*helped, *history)} == {0}
    covered = {number for one in conversations for message in one.messages for number in message.answers}
    sent = {number for phone in (*known, *new) for number in phone.sent}
    assert sent <= covered
    busiest = max((await _requests_by_ten_seconds(made.chatwoot)).values())
    print(f"ready after {ready_s:.1f} s, 500 messages of an hour answered after {took_s:.1f} s, {busiest} in 10 s")  # noqa: T201
    assert busiest <= limit / 6 * 1.3


async def _requests_by_ten_seconds(chatwoot: Chatwoot) -> Counter[int]:
    """Looks and messages of routing's, which are two of its three requests per answer."""
    export = await chatwoot.sandbox("GET", "/export?only=looks,creations")
    times = [row["at"] for row in export["looks"] if row["client"].startswith("sdr-routing")]
    times += [row["requested_at"] for row in export["creations"] if row["client"].startswith("sdr-routing")]
    return Counter(int(at) // 10 for at in times)
