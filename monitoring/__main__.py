"""`python -m monitoring`: writes rules and dashboards into the chart's files, for every installation."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import yaml

from monitoring.boards import DASHBOARDS
from monitoring.dashboards import to_json
from monitoring.rules import groups

FOLDER: Final = Path(__file__).parents[1] / "charts" / "sdr" / "files"
_NOTE = "# Written by `python -m monitoring`; change monitoring/rules.py. Checked by `promtool check rules`.\n"


def files() -> dict[Path, str]:
    """Every file and what it holds."""
    rules = _NOTE + yaml.safe_dump({"groups": groups()}, sort_keys=False, width=1000)
    boards = {
        FOLDER / "dashboards" / f"{board.uid}.json": json.dumps(to_json(board), indent=1, ensure_ascii=False) + "\n"
        for board in DASHBOARDS
    }
    return {FOLDER / "rules.yaml": rules, **boards}


def main() -> int:
    """Writes them."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(FOLDER.parents[2])}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
