"""What is done to the workers and the database."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from tests.integration.mailbox.torture.worker_process import LEASE_S

ROOT = Path(__file__).parents[4]


class Workers:
    """Worker processes; a killed one is replaced."""

    def __init__(self, url: str, count: int, seed: int, log: Path) -> None:
        self._url = url
        self._seed = seed
        self._log = log
        self._processes = [self._spawn() for _ in range(count)]

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._seed += 1
        module = "tests.integration.mailbox.torture.worker_process"
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  (our own module)
                [sys.executable, "-m", module, self._url, str(self._seed)], cwd=ROOT, stdout=subprocess.PIPE, stderr=log
            )

    def kill(self, dice: random.Random) -> None:
        """As the kernel does when memory runs out."""
        number = dice.randrange(len(self._processes))
        _kill(self._processes[number])
        self._processes[number] = self._spawn()

    async def freeze(self, dice: random.Random) -> None:
        """For longer than its lease."""
        process = dice.choice(self._processes)
        os.kill(process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(LEASE_S * dice.uniform(1.2, 2.0))
        finally:
            os.kill(process.pid, signal.SIGCONT)

    def terminate(self, dice: random.Random) -> int:
        """Politely; gives back the exit code."""
        number = dice.randrange(len(self._processes))
        code = _end(self._processes[number])
        self._processes[number] = self._spawn()
        return code

    def stop(self) -> list[int]:
        """Ends all politely; gives back their exit codes."""
        return [_end(process) for process in self._processes]

    def kill_all(self) -> None:
        """Leaves none behind, whatever happened."""
        for process in self._processes:
            _kill(process)


def _end(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.terminate()
    code = process.wait(15)
    process.stdout.close()
    return code


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
