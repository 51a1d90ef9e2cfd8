"""The services' own commands that a first start needs: migrate, import the clinic, connect to Chatwoot."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from sdr_sandbox.stack.plan import SERVICES


class CommandFailed(Exception):
    """A command of a service did not succeed."""

    def __init__(self, what: str, output: str) -> None:
        lines = [line for line in output.strip().splitlines() if line.strip()]
        super().__init__(f"{what} failed: {lines[-1][:500] if lines else 'it printed nothing'}")


def run_module(arguments: list[str], environment: dict[str, str], *, what: str, timeout_s: float = 90.0) -> str:
    """Runs `python -m …` to its end.

    Returns:
        What it printed on standard output.

    Raises:
        CommandFailed: it ended with an error; its last line says which.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(what, f"no end after {timeout_s:.0f} s") from None
    if done.returncode != 0:
        raise CommandFailed(what, done.stderr or done.stdout)
    return done.stdout


def migrations_fingerprint(database_url: str) -> str:
    """Changes when the database or any migration file does."""
    digest = hashlib.sha256(database_url.encode())
    for package in (*(f"sdr_{service}" for service in SERVICES), "sdr_common"):
        spec = importlib.util.find_spec(package)
        root = Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None
        if root is None:
            continue
        # Shared tables are defined as SQL inside sdr_common modules, so all of its text counts.
        files = sorted(root.glob("migrations/*")) if package != "sdr_common" else sorted(root.rglob("*.py"))
        for file in files:
            if file.is_file():
                digest.update(file.name.encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def migrate_all(environment: dict[str, str]) -> None:
    """Migrates every service's schema, two at a time: each is mostly Python's start.

    Raises:
        CommandFailed: a migration is broken.
    """
    for first in range(0, len(SERVICES), 2):
        running = [
            (
                service,
                subprocess.Popen(
                    [sys.executable, "-m", f"sdr_{service}", "migrate"],
                    env={**os.environ, **environment},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                ),
            )
            for service in SERVICES[first : first + 2]
        ]
        for service, process in running:
            output, _ = process.communicate(timeout=120)
            if process.returncode != 0:
                raise CommandFailed(f"migrating {service}", output)
