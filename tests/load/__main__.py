"""`make load LEADS_PER_DAY=… [SECONDS=…] [DOCS=1]`: the busiest hour of such a day, and its verdict."""

from __future__ import annotations

import argparse
import sys

from tests.load import report
from tests.load.model import Load
from tests.load.play import run
from tests.load.verdict import judge


def main() -> int:
    """Exit status: 0 every service level was kept, 1 one was not."""
    parser = argparse.ArgumentParser(prog="tests.load", description=__doc__)
    parser.add_argument("--leads-per-day", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=120.0, help="leads begin during so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency-ms", type=int, default=0, help="what the model takes for an answer")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/capacity.md")
    asked = parser.parse_args()
    slower = {"SDR_FAKE_LLM_LATENCY_MS": str(asked.latency_ms)} if asked.latency_ms else {}
    result = run(Load(asked.leads_per_day, asked.seconds), seed=asked.seed, **slower)
    sys.stdout.write(report.table(result) + "\n")
    if asked.docs:
        report.write_docs(result)
    return 0 if all(line.kept for line in judge(result.measured)) else 1


if __name__ == "__main__":
    sys.exit(main())
