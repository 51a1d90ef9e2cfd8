"""Keeps the state in a file, so that a restart of the local stack goes on where it stopped."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import structlog

from sdr_sandbox.chatwoot.core import SandboxChatwoot
from sdr_sandbox.chatwoot.records import State
from sdr_sandbox.chatwoot.settings import ChatwootSettings

_log = structlog.get_logger(__name__)

FILE_NAME = "chatwoot.json"


class SnapshotUnreadableError(Exception):
    """The snapshot file is not one of this version: `path` says which, `reason` why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The snapshot {path} cannot be read ({reason}); move it away to start with a new account.")
        self.path = path
        self.reason = reason


class Snapshots:
    """Loads and saves snapshots; without a `data_dir` it does neither."""

    def __init__(self, settings: ChatwootSettings) -> None:
        self._path = settings.data_dir / FILE_NAME if settings.data_dir else None
        self._interval_s = settings.snapshot_interval_s
        self._saved = b""

    def load(self) -> State | None:
        """The saved state; None if there is none.

        Raises:
            SnapshotUnreadableError: the file is damaged or of another version.
        """
        if self._path is None or not self._path.exists():
            return None
        try:
            return SandboxChatwoot.load(self._path.read_bytes())
        except (msgspec.MsgspecError, OSError) as error:
            raise SnapshotUnreadableError(self._path, str(error)) from error

    @asynccontextmanager
    async def keeping(self, core: SandboxChatwoot) -> AsyncIterator[None]:
        """Save on a timer while inside, and once more on leaving."""
        if self._path is None:
            yield
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        timer = asyncio.get_running_loop().create_task(self._save_regularly(core))
        try:
            yield
        finally:
            timer.cancel()
            with suppress(asyncio.CancelledError):
                await timer
            self._write(core.dump())

    async def _save_regularly(self, core: SandboxChatwoot) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            content = core.dump()
            if content != self._saved:
                try:
                    await asyncio.to_thread(self._write, content)
                except OSError as error:
                    _log.error("snapshot_failed", reason=str(error))

    def _write(self, content: bytes) -> None:
        """Replace the file in one step, so that a crash leaves either the old or the new one."""
        if self._path is None:
            return
        temporary = self._path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        self._saved = content
