"""`python -m sdr_sandbox.chatwoot`: serve the emulated Chatwoot until SIGTERM."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette

from sdr_sandbox.chatwoot.http.app import create_app
from sdr_sandbox.chatwoot.http.server_state import ServerState
from sdr_sandbox.chatwoot.settings import ChatwootSettings
from sdr_sandbox.chatwoot.snapshot import SnapshotUnreadableError

_PREFIX = "SDR_SANDBOX_"


class _Server(uvicorn.Server):
    """Ends live streams before it waits for open connections, which would otherwise never close."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT and exit with 0; the original raises the signal again after a clean stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if isinstance(app, Starlette):
            app.state.server.streams.close()
        await super().shutdown(sockets)


def main() -> int:
    """Read the settings, take the port, serve; returns the exit code."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    try:
        settings = ChatwootSettings()
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]).upper()
            print(f"{name if name.startswith(_PREFIX) else _PREFIX + name}: {fault['msg']}", file=sys.stderr)
        return 2
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends small writes at once only where the socket says that it speaks TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(1024)  # claims the port now; two processes may both bind it before either listens
        app = create_app(settings)
    except OSError as error:
        print(
            f"The emulated Chatwoot cannot listen on {settings.host}:{settings.port}: {error.strerror}; free that port "
            "or set SDR_SANDBOX_CHATWOOT_PORT to another.",
            file=sys.stderr,
        )
        return 1
    except SnapshotUnreadableError as error:
        print(error, file=sys.stderr)
        return 1
    _announce(app.state.server, settings, listener.getsockname()[1])
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=5, timeout_keep_alive=65
    )
    _Server(config).run(sockets=[listener])
    return 0


def _announce(server: ServerState, settings: ChatwootSettings, port: int) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    server.core.set_base_url(f"http://{host}:{port}")
    base_url = server.core.base_url
    print(f"Chatwoot emulado em {base_url} (conta 1)")
    print(f"  celular do lead:    {base_url}/celular")
    print(f"  caixa de entrada:   {base_url}/inbox?token={server.core.admin_token}")
    print(f"  token de API:       {server.core.admin_token}")
    print(f"  inbox_identifier:   {server.core.inbox_identifier}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
