"""`python -m sdr_sandbox.traces FILE OTLP_PORT HTTP_PORT`: takes spans in and shows them, until SIGTERM."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvicorn

from sdr_sandbox.traces.app import make_app, make_receiver
from sdr_sandbox.traces.store import TraceStore

_HOST = "127.0.0.1"


async def _serve(file: Path, otlp_port: int, http_port: int) -> None:
    store = TraceStore(file)
    receiver = make_receiver(store, f"{_HOST}:{otlp_port}")
    await receiver.start()
    config = uvicorn.Config(
        make_app(store),
        host=_HOST,
        port=http_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    try:
        await uvicorn.Server(config).serve()
    finally:
        await receiver.stop(1)
        store.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
