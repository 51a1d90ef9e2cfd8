"""Compares the contracts with those of the main branch: they may only grow.

In a clone without `main` or `origin/main` (or on main itself with nothing changed) there is nothing to
compare with, and it says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
BUF = ROOT / "node_modules" / ".bin" / "buf"


def _base() -> str | None:
    """The commit to compare with: where this branch left main, or main's previous commit on main itself."""
    head = _git("rev-parse", "HEAD")
    for ref in ("origin/main", "main"):
        base = _git("merge-base", "HEAD", ref)
        if base and base != head:
            return base
    return _git("rev-parse", "--verify", "--quiet", "HEAD~1")


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def main() -> int:
    """Gives buf's exit code."""
    base = _base()
    if base is None or not _git("ls-tree", base, "protos/build_stubs.py"):
        print("contracts: no earlier version to compare with")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "-C", str(ROOT), "archive", base, "protos"], capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        earlier = Path(folder) / "protos"
        shutil.copy(HERE / "build_stubs.py", earlier / "build_stubs.py")
        subprocess.run([sys.executable, str(earlier / "build_stubs.py")], check=True, capture_output=True)
        image = "gen/sdr/descriptors.binpb"
        done = subprocess.run(
            [
                BUF,
                "breaking",
                HERE / image,
                "--against",
                earlier / image,
                "--config",
                HERE / "buf.yaml",
                "--path",
                "sdr",
            ],
            check=False,
        )
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
