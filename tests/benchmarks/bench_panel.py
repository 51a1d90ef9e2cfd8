"""`make lighthouse [DOCS=1]`: the Painel of the stack that runs now, as Lighthouse sees it; the median of five runs.

Somebody is signed in, in a Chromium that Lighthouse then steers, so that what is measured is the page of managers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import async_playwright

from tests.e2e.panel.browser import ADMINISTRATOR, chromium, settled, sign_in
from tests.support.net import free_port

ROOT = Path(__file__).parents[2]
LIGHTHOUSE = Path(__file__).parent / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
BEGIN, END = "<!-- panel: written by make lighthouse DOCS=1 -->\n", "<!-- end of panel -->\n"
RUNS = 5
LEAST = {"desktop": 95, "phone": 85}
"""Points of performance that are asked for; accessibility is asked to have 100."""
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")


async def _run(url: str, port: int, device: str) -> dict[str, float]:
    """One run: points by category, milliseconds by time."""
    preset = ("--preset=desktop",) if device == "desktop" else ()
    process = await asyncio.create_subprocess_exec(
        "node",
        str(LIGHTHOUSE),
        url,
        f"--port={port}",
        "--disable-storage-reset",
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        *preset,
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"Lighthouse ended with {process.returncode}")
    report = json.loads(answer)
    if not report["finalDisplayedUrl"].endswith("/panel/"):
        raise SystemExit(f"Lighthouse was led to {report['finalDisplayedUrl']}")
    points = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}
    return points | {name: report["audits"][name]["numericValue"] for name in TIMES}


async def measure(url: str) -> dict[str, dict[str, float]]:
    """By device: the median of each figure."""
    port, found = free_port(), {}
    with tempfile.TemporaryDirectory(prefix="sdr-lighthouse-") as profile:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=chromium(),
                locale="pt-BR",
                args=["--no-sandbox", "--disable-gpu", f"--remote-debugging-port={port}"],
            )
            page = await context.new_page()
            await page.goto(f"{url}/panel/", wait_until="domcontentloaded")
            await sign_in(page, ADMINISTRATOR)
            await page.wait_for_url(f"{url}/panel/")
            await settled(page)
            await page.goto("about:blank")
            for device in LEAST:
                runs = [await _run(f"{url}/panel/", port, device) for _ in range(RUNS)]
                found[device] = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            await context.close()
    return found


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """The figures as Markdown."""
    where = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Chromium without a GPU"
    how = f"the median of {RUNS} runs of Lighthouse 13.5 on the signed-in Painel, its networks simulated"
    lines = [
        f"{where}; {how}.",
        "",
        "| device | performance | accessibility | best practices | first paint | largest paint | blocked |",
        "|---|---|---|---|---|---|---|",
    ]
    for device, row in found.items():
        points = " | ".join(f"{row[name]:.0f}" for name in CATEGORIES)
        lines.append(f"| {device} | {points} | " + " | ".join(f"{row[name]:,.0f} ms" for name in TIMES) + " |")
    return "\n".join(lines) + "\n"


def write_docs(text: str) -> None:
    """Puts the table where it stood before, or at the end of the benchmarks."""
    path = ROOT / "docs" / "benchmarks.md"
    page = path.read_text()
    if BEGIN not in page:
        page = f"{page.rstrip()}\n\n## The panel\n\n{BEGIN}{END}"
    before, rest = page.split(BEGIN, 1)
    path.write_text(f"{before}{BEGIN}{text}{END}{rest.split(END, 1)[1]}")


def main() -> int:
    """Measures; 1: less than asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path, help="of the running stack")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/benchmarks.md")
    asked = parser.parse_args()
    url = json.loads((asked.data_dir / "stack.json").read_text())["gateway_url"]
    found = asyncio.run(measure(url))
    text = table(found)
    sys.stdout.write(text)
    if asked.docs:
        write_docs(text)
    enough = all(row["performance"] >= LEAST[device] and row["accessibility"] == 100 for device, row in found.items())
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
