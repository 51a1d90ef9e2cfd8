"""`make bench-reports`: lists, figures and files of an account with 1,000,000 leads, over gRPC, its own Postgres.

By hand with fewer: `python -m tests.benchmarks.bench_reports --leads 50000`. The figures that count are in
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psutil

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2, reporting_pb2
from tests.integration.reporting.conftest import Reporting, running
from tests.support.many_leads import fill
from tests.support.own_postgres import OwnPostgres

ACCOUNT = 7
NEWEST = datetime(2026, 3, 3, tzinfo=UTC)
"""When the newest lead of `fill` came; the others a minute apart before it."""
MONTH = (NEWEST - timedelta(days=30), NEWEST)
ROUNDS = 60


async def timed(name: str, ask: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> None:
    """Asks so often, after a few times that do not count, and prints the times in milliseconds."""
    for _ in range(3):
        await ask()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    p99 = times[min(len(times) - 1, round(0.99 * len(times)))]
    print(f"| {name} | {statistics.median(times):.1f} ms | {p99:.1f} ms |", flush=True)


def leads(**fields: object) -> reporting_pb2.ListLeadsRequest:
    """A page of 50."""
    return reporting_pb2.ListLeadsRequest(account_id=ACCOUNT, **fields)  # type: ignore[arg-type]  # fields of the message


async def ask_all(reporting: Reporting) -> None:
    """What pages ask for."""
    print("| call | p50 | p99 |\n|---|---|---|")
    start, until = MONTH
    await timed("GetOverview, a month", lambda: reporting.overview(start=start, until=until))
    await timed("GetReport, a month by day", lambda: reporting.report(start=start, until=until), 20)
    await timed("ListLeads, first page", lambda: reporting.list_leads(leads()))
    deep = await reporting.list_leads(leads(page_size=200))
    token = deep.next_page_token
    await timed("ListLeads, second page", lambda: reporting.list_leads(leads(page_size=200, page_token=token)))
    wanted: dict[str, dict[str, object]] = {
        "a rare inbox": {"inbox_id": 9},
        "one closer, one temperature": {"closer_email": "ana@c.example", "temperature": lead.TEMPERATURE_HOT},
        "sold": {"outcome": lead.LEAD_OUTCOME_WON},
        "a common name": {"search": "maria"},
        "a rare name": {"search": "c4ca4"},
        "nobody's name": {"search": "wxyz"},
        "by score": {"sort": reporting_pb2.LEAD_SORT_SCORE},
        "a name, by score": {"search": "c4ca4", "sort": reporting_pb2.LEAD_SORT_SCORE},
    }
    for name, fields in wanted.items():
        request = leads(**fields)
        await timed(f"ListLeads, {name}", lambda request=request: reporting.list_leads(request))  # type: ignore[misc]


async def take_away(reporting: Reporting, name: str, request: report_pb2.ExportLeadsRequest) -> None:
    """Downloads a file, dropping each piece, and prints time, size and how far this process grew."""
    own = psutil.Process(os.getpid())
    before = most = own.memory_info().rss
    size, started = 0, time.perf_counter()
    async for piece in reporting.reports.ExportLeads(request, timeout=600):
        size += len(piece.data)
        most = max(most, own.memory_info().rss)
    took = time.perf_counter() - started
    print(f"| {name} | {took:.2f} s | {size / 1e6:.1f} MB | +{(most - before) / 1e6:.0f} MB |", flush=True)


async def take_all(reporting: Reporting, lead_count: int) -> None:
    """The files of the targets."""
    print("| file | time | size | memory of the process |\n|---|---|---|---|")
    for count, name in ((20_000, "xlsx"), (100_000, "csv"), (lead_count, "csv")):
        request = report_pb2.ExportLeadsRequest(account_id=ACCOUNT, format=name)
        getattr(request, "from").FromDatetime(NEWEST - timedelta(minutes=count))
        await take_away(reporting, f"{name} of {min(count, lead_count):,} leads", request)


async def main(lead_count: int) -> None:
    """Fills, then measures."""
    postgres = OwnPostgres()
    try:
        started = time.perf_counter()
        await asyncio.to_thread(fill, postgres.url, lead_count, searchable_every=4)
        print(f"{lead_count:,} leads filled in {time.perf_counter() - started:.0f} s; load {os.getloadavg()[0]:.1f}")
        async with running(postgres.url) as reporting:
            await ask_all(reporting)
            await take_all(reporting, lead_count)
    finally:
        postgres.remove()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measures reports on many leads.")
    parser.add_argument("--leads", type=int, default=1_000_000)
    asyncio.run(main(parser.parse_args().leads))
