"""Fifty people at once, half of them with a session that ended: everybody is answered or refused, in time."""

from __future__ import annotations

import asyncio
import hashlib
import time

import httpx
import psycopg
import pytest

from tests.support.gateway import Services, running_gateway

PEOPLE, ASKS, IN_TIME_S = 50, 10, 2.0


async def _sessions(url: str) -> list[tuple[str, int]]:
    """Secrets of sessions, every second one ended, and what each must be answered."""
    made = [(f"segredo-{number}", 200 if number % 2 else 401) for number in range(PEOPLE)]
    async with await psycopg.AsyncConnection.connect(url, options="-c search_path=gateway") as conn:
        for number, (secret, status) in enumerate(made):
            idle_h = 0 if status == 200 else 13
            await conn.execute(
                b"insert into session (secret_hash, account_id, user_id, user_name, role, seen_at, ends_at) values "
                b"(%s, 1, %s, 'Pessoa', 'agent', now() - make_interval(hours => %s), now() + interval '1 day')",
                [hashlib.sha256(secret.encode()).digest(), number + 1, idle_h],
            )
    return made


@pytest.mark.slow
async def test_fifty_people_are_answered_or_refused_in_time(database: str, services: Services) -> None:
    async with running_gateway(database, services, reporting_target=services.target) as door:
        people = await _sessions(database)
        took: list[float] = []

        async def person(secret: str, expected: int) -> list[int]:
            found = []
            cookies = {"sdr_session": secret}
            async with httpx.AsyncClient(base_url=door.http.base_url, trust_env=False, cookies=cookies) as client:
                for _ in range(ASKS):
                    started = time.monotonic()
                    answer = await client.get("/api/v1/accounts/1/leads", timeout=10)
                    took.append(time.monotonic() - started)
                    found.append(answer.status_code)
            assert set(found) <= {expected, 504}
            return found

        await asyncio.gather(*(person(*each) for each in people))
    took.sort()
    assert len(took) == PEOPLE * ASKS
    assert took[-1] < IN_TIME_S + 1.0, f"median {took[len(took) // 2]:.3f} s, slowest {took[-1]:.3f} s"
    assert took[len(took) // 2] < 1.0, f"median {took[len(took) // 2]:.3f} s"
