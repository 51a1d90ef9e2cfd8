"""`make chaos SEED=… MESSAGES=… CONVERSATIONS=…`: one run, its verdict, and with DOCS=1 its figures in the docs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.chaos import report
from tests.chaos.plan import Size
from tests.chaos.run import run


def main() -> int:
    """Exit status: 0 every promise was kept, 1 one was not."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what the whole plan follows from")
    parser.add_argument("--messages", type=int, default=1000, help="messages of leads, at least")
    parser.add_argument("--conversations", type=int, default=100, help="conversations, at least")
    parser.add_argument("--at-once", type=int, default=60, help="conversations under way at a time")
    parser.add_argument("--keep", type=Path, help="folder for export and logs")
    parser.add_argument("--sabotage", default="", help="what is taken out of the product: tests/chaos/sabotage")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong: what the plan alone comes to")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/reliability.md")
    asked = parser.parse_args()
    size = Size(asked.seed, asked.messages, asked.conversations, at_once=asked.at_once)
    result = run(size, sabotage=asked.sabotage, keep=asked.keep, torment=not asked.calm)
    sys.stdout.write(report.table(result) + "\n")
    if asked.docs:
        report.write_docs(result)
    return 0 if result.verdict.passed else 1


if __name__ == "__main__":
    sys.exit(main())
