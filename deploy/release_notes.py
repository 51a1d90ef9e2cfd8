"""Prints a version's part of CHANGELOG.md: `python deploy/release_notes.py 1.2.3`; status 1: it has none."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """What stands between the version's heading and the next one; empty: nothing does."""
    heading = re.compile(rf"^## \[{re.escape(version)}\].*$", re.M)
    found = heading.search(changelog)
    if found is None:
        return ""
    rest = changelog[found.end() :]
    following = re.search(r"^## \[", rest, re.M)
    return rest[: following.start() if following else len(rest)].strip()


def main(words: list[str]) -> int:
    """Runs the command."""
    if len(words) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    text = notes(CHANGELOG.read_text(encoding="utf-8"), words[0])
    if not text:
        sys.stderr.write(f"CHANGELOG.md has no section [{words[0]}] with something in it\n")
        return 1
    sys.stdout.write(f"{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
