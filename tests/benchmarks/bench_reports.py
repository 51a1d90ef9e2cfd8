"""`make bench-reports`: figures, lists, files and the panel's first page with 1,000,000 leads on the running stack.

By hand with fewer: `make bench-reports LEADS=50000`. With `DOCS=1` the tables go to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg

from sdr.common.v1 import lead_pb2 as lead
from sdr.reporting.v1 import report_pb2, reporting_pb2
from sdr.reporting.v1.report_pb2_grpc import ReportServiceStub
from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceStub
from tests.e2e.panel.browser import BUILT, chromium, launched, person
from tests.support.many_leads import fill
from tests.support.net import eventually
from tests.support.stack import RunningStack, running_stack

if TYPE_CHECKING:  # only the type stubs know it
    from sdr.reporting.v1.report_pb2_grpc import ReportServiceAsyncStub
    from sdr.reporting.v1.reporting_pb2_grpc import ReportingServiceAsyncStub

ACCOUNT = 1
"""The stack's account."""
YEARS = timedelta(days=730)
"""Over which the leads came."""
ROUNDS = 40
OPENINGS = 15
DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- reports: written by make bench-reports DOCS=1 -->\n", "<!-- end of reports -->\n"


class Paper:
    """What was measured, on the screen and for the document."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str = "") -> None:
        """Adds a line."""
        self.lines.append(line)
        print(line, flush=True)

    def keep(self) -> None:
        """Puts the lines into the document, in place of the last ones."""
        text = DOCUMENT.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        DOCUMENT.write_text(before + BEGIN + "\n".join(self.lines) + "\n" + END + after, encoding="utf-8")


def percentile(times: list[float], share: float) -> float:
    """By nearest rank."""
    return sorted(times)[max(0, -int(-share * len(times) // 1) - 1)]


class Bench:
    """Asks one stack.

    Args:
        stack: With its leads.
        paper: Takes the figures.
        until: After the newest lead.
    """

    def __init__(self, stack: RunningStack, paper: Paper, until: datetime) -> None:
        channel = stack.channel("reporting", "gateway")
        self.reporting: ReportingServiceAsyncStub = ReportingServiceStub(channel)
        self.reports: ReportServiceAsyncStub = ReportServiceStub(channel)
        self.process = psutil.Process(int(stack.description["pids"]["reporting"]))
        self.paper = paper
        self.until = until

    async def timed(
        self, name: str, ask: Callable[[], Awaitable[object]], target_ms: int, rounds: int = ROUNDS
    ) -> None:
        """Asks so often, after a few times that do not count."""
        for _ in range(3):
            await ask()
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            await ask()
            times.append((time.perf_counter() - started) * 1000)
        figures = f"{statistics.median(times):.0f} ms | {percentile(times, 0.95):.0f} ms"
        self.paper.say(f"| {name} | {figures} | < {target_ms} ms |")

    def report(self, period: str = "", *, days: int = 0, step: str = "") -> Awaitable[report_pb2.GetReportResponse]:
        """A report of a named period, or of so many days."""
        request = report_pb2.GetReportRequest(account_id=ACCOUNT, period=period, step=step)
        if days:
            getattr(request, "from").FromDatetime(self.until - timedelta(days=days))
            request.until.FromDatetime(self.until)
        return self.reports.GetReport(request, timeout=60)

    def overview(self, period: str) -> Awaitable[reporting_pb2.GetOverviewResponse]:
        """The figures of a named period."""
        return self.reporting.GetOverview(reporting_pb2.GetOverviewRequest(account_id=ACCOUNT, period=period))

    def leads(self, **fields: object) -> Awaitable[reporting_pb2.ListLeadsResponse]:
        """A page of leads, of 25 unless told otherwise."""
        request = reporting_pb2.ListLeadsRequest(**{"account_id": ACCOUNT, "page_size": 25, **fields})  # type: ignore[arg-type]  # fields of the message
        return self.reporting.ListLeads(request)

    async def ask_all(self) -> None:
        """What the pages Painel, Leads and Relatórios ask for."""
        self.paper.say("| call | p50 | p95 | target for p95 |\n|---|---|---|---|")
        for period in ("today", "week", "month"):
            await self.timed(f"Painel: overview, {period}", lambda period=period: self.overview(period), 300)  # type: ignore[misc]  # lambdas have no types
            await self.timed(f"Painel: report, {period}", lambda period=period: self.report(period), 300)  # type: ignore[misc]
        await self.timed("Painel: report, the last 14 days by day", lambda: self.report(days=14, step="day"), 300)
        hot = lead.TEMPERATURE_HOT
        await self.timed("Painel: the latest hot leads", lambda: self.leads(temperature=hot, page_size=6), 300)
        for name, days, target in (("30 days", 30, 500), ("a year", 365, 1500), ("two years", 730, 1500)):
            await self.timed(f"Relatórios: {name}", lambda days=days: self.report(days=days), target, 10)  # type: ignore[misc]
        token = (await self.leads()).next_page_token
        wanted: dict[str, dict[str, object]] = {
            "first page": {},
            "second page": {"page_token": token},
            "a rare inbox": {"inbox_id": 9},
            "one closer, one temperature": {"closer_email": "ana@c.example", "temperature": hot},
            "sold": {"outcome": lead.LEAD_OUTCOME_WON},
            "a common name": {"search": "maria"},
            "a rare name": {"search": "c4ca4"},
            "nobody's name": {"search": "wxyz"},
            "by score": {"sort": reporting_pb2.LEAD_SORT_SCORE},
            "a name, by score": {"search": "c4ca4", "sort": reporting_pb2.LEAD_SORT_SCORE},
        }
        for name, fields in wanted.items():
            await self.timed(f"Leads: {name}", lambda fields=fields: self.leads(**fields), 300)  # type: ignore[misc]

    async def take_all(self, lead_count: int, apart: timedelta) -> None:
        """The files of the targets."""
        self.paper.say("\n| file | time | size | peak memory of reporting, growth | target |\n|---|---|---|---|---|")
        for count, kind, target in (
            (20_000, "xlsx", "< 5 s"),
            (100_000, "csv", "< 5 s"),
            (lead_count, "csv", "constant memory"),
        ):
            count = min(count, lead_count)  # noqa: PLW2901  (there may be fewer)
            request = report_pb2.ExportLeadsRequest(account_id=ACCOUNT, format=kind)
            # Half a step earlier than the last lead that is wanted.
            getattr(request, "from").FromDatetime(self.until - apart * (count + 0.5))
            await self.take_away(f"{kind} of {count:,} leads", request, target)

    async def take_away(self, name: str, request: report_pb2.ExportLeadsRequest, target: str) -> None:
        """Downloads a file, dropping each piece."""
        before = most = self.process.memory_info().rss
        size, started = 0, time.perf_counter()
        async for piece in self.reports.ExportLeads(request, timeout=600):
            size += len(piece.data)
            most = max(most, self.process.memory_info().rss)
        took = time.perf_counter() - started
        memory = f"{most / 2**20:.0f} MiB, +{(most - before) / 2**20:.0f} MiB"
        self.paper.say(f"| {name} | {took:.2f} s | {size / 1e6:.1f} MB | {memory} | {target} |")


async def open_the_panel(stack: RunningStack, paper: Paper) -> None:
    """How long a manager waits from navigating to seeing the Painel's figures, in Chromium."""
    paper.say()
    if not chromium() or not BUILT.exists():
        missing = "there is no Chromium on this machine" if not chromium() else "the panel could not be built"
        paper.say(f"The panel in a browser was not measured: {missing}.")
        return
    times: dict[str, list[float]] = {"nothing cached": [], "files cached": []}
    async with launched() as browser:
        for _ in range(OPENINGS):
            # A context has its own cache: the first page of each fetches every file.
            async with person(browser, stack.description["gateway_url"]) as panel:
                await panel.become()
                for taken in times.values():
                    page = await panel.context.new_page()
                    started = time.perf_counter()
                    await page.goto(f"{panel.url}/panel/", wait_until="commit")
                    await page.locator("main dl dd").first.wait_for()
                    taken.append((time.perf_counter() - started) * 1000)
                    await page.close()
    paper.say("| Painel, navigation to figures | p50 | p95 | target |\n|---|---|---|---|")
    for name, taken in times.items():
        figures = f"{statistics.median(taken):.0f} ms | {percentile(taken, 0.95):.0f} ms"
        paper.say(f"| {name} | {figures} | < 1,000 ms |")


async def days_counted(url: str) -> float:
    """Waits until the background has counted every day that is over; gives the seconds that it took."""
    started = time.perf_counter()
    async with await psycopg.AsyncConnection.connect(url, options="-c search_path=reporting", autocommit=True) as conn:

        async def done() -> bool:
            row = await (await conn.execute("select count(*) from report_day")).fetchone()
            return row is not None and row[0] >= YEARS.days - 1

        await eventually(done, timeout_s=300)
    return time.perf_counter() - started


async def measure(paper: Paper, lead_count: int) -> None:
    """Fills, then measures."""
    with running_stack(SDR_REPORTING_COUNT_DAYS_EVERY_S="5", SDR_REPORTING_WATCH_EVERY_S="3600") as stack:
        url = str(stack.description["database_url"])
        started, now = time.perf_counter(), datetime.now(UTC)
        apart = YEARS / lead_count
        await asyncio.to_thread(
            fill,
            url,
            lead_count,
            searchable_every=4,
            account_id=ACCOUNT,
            newest=now,
            apart_s=apart.total_seconds(),
        )
        filled = time.perf_counter() - started
        counted = await days_counted(url)
        memory = psutil.virtual_memory().total / 2**30
        paper.say(
            f"Measured {now:%Y-%m-%d} with {lead_count:,} leads of two years on {psutil.cpu_count()} cores, "
            f"{memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}; "
            f"load {os.getloadavg()[0]:.1f}. Filled in {filled:.0f} s, days counted in {counted:.0f} s.\n"
        )
        bench = Bench(stack, paper, now)
        await bench.ask_all()
        await bench.take_all(lead_count, apart)
        await open_the_panel(stack, paper)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measures reports on many leads.")
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--docs", action="store_true", help="put the figures into docs/benchmarks.md")
    arguments = parser.parse_args()
    sheet = Paper()
    asyncio.run(measure(sheet, arguments.leads))
    if arguments.docs:
        sheet.keep()
