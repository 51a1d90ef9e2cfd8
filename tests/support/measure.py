"""Counting what a stack spends: CPU and memory of its processes, SQL statements by service."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from tests.support.stack import RunningStack

SERVICES = ("gateway", "dialogue", "scoring", "routing", "reporting")


@dataclass(frozen=True)
class Spent:
    """CPU seconds since a process started, by name."""

    by_name: dict[str, float]

    def __sub__(self, earlier: Spent) -> Spent:
        return Spent({name: value - earlier.by_name.get(name, 0.0) for name, value in self.by_name.items()})

    @property
    def services(self) -> float:
        """Of our own five services."""
        return sum(self.by_name[name] for name in SERVICES)


def cpu_of(stack: RunningStack) -> Spent:
    """CPU seconds of every process of the stack, and of Postgres as one."""
    spent = {}
    for name, pid in stack.description["pids"].items():
        times = psutil.Process(pid).cpu_times()
        spent[name] = times.user + times.system
    spent["postgres"] = sum(
        process.cpu_times().user + process.cpu_times().system for process in _postgres_processes(stack)
    )
    return Spent(spent)


def memory_of(stack: RunningStack) -> dict[str, float]:
    """MiB that would be free without each process (unique set size); Postgres as one, by proportional set size."""
    found = {}
    for name, pid in stack.description["pids"].items():
        found[name] = psutil.Process(pid).memory_full_info().uss / 2**20
    found["stack"] = psutil.Process(stack.process.pid).memory_full_info().uss / 2**20
    found["postgres"] = sum(process.memory_full_info().pss for process in _postgres_processes(stack)) / 2**20
    for process in psutil.Process(stack.process.pid).children():
        if process.name() == "redis-server":
            found["redis"] = process.memory_full_info().uss / 2**20
    return found


def _postgres_processes(stack: RunningStack) -> list[psutil.Process]:
    pid_file = stack.data_dir / "postgres" / "postmaster.pid"
    if not pid_file.exists():
        return []
    postmaster = psutil.Process(int(pid_file.read_text().split()[0]))
    return [postmaster, *postmaster.children(recursive=True)]


class StatementLog:
    """Counts SQL statements by service and shape, from Postgres's own log; only the bundled Postgres has one.

    Args:
        stack: Whose Postgres is made to log.
    """

    _LINE = re.compile(r"sdr=(?P<application>[^ ]*) LOG: +(?:statement|execute [^:]*): (?P<sql>.*)")

    def __init__(self, stack: RunningStack) -> None:
        self._url = str(stack.description["database_url"])
        self._log: Path = stack.data_dir / "postgres" / "log"
        self._from = 0

    def begin(self) -> None:
        """Logs every statement from now on."""
        with psycopg.connect(self._url, autocommit=True) as conn:
            conn.execute("alter system set log_line_prefix = 'sdr=%a '")
            conn.execute("alter system set log_statement = 'all'")
            conn.execute("select pg_reload_conf()")
        self._from = self._log.stat().st_size

    def end(self) -> Counter[tuple[str, str]]:
        """Stops logging.

        Returns:
            Counts by application name and the first 60 characters of the statement.
        """
        with psycopg.connect(self._url, autocommit=True) as conn:
            conn.execute("alter system reset log_statement")
            conn.execute("select pg_reload_conf()")
        with self._log.open("rb") as log:
            log.seek(self._from)
            text = log.read().decode(errors="replace")
        counts: Counter[tuple[str, str]] = Counter()
        for line in text.splitlines():
            match = self._LINE.search(line)
            if match and match["application"].startswith("sdr"):
                counts[match["application"], " ".join(match["sql"].split())[:60]] += 1
        return counts
