"""The question that container health checks ask."""

from __future__ import annotations

import asyncio
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from sdr_common.probe import main
from tests.integration.common.scripted import start
from tests.support.net import free_port


async def test_a_grpc_service_is_ready_when_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    async def explain(*_: object) -> None:
        raise NotImplementedError

    server = await start(explain)  # type: ignore[arg-type]  # never called
    target = f"127.0.0.1:{server.port}"
    try:
        await server.set_ready(False)
        assert await asyncio.to_thread(main, [target]) == 1
        assert capsys.readouterr().err == f"{target}: NOT_SERVING\n"
        await server.set_ready(True)
        assert await asyncio.to_thread(main, [target]) == 0
    finally:
        await server.stop(0)


def test_a_service_that_is_not_there_is_not_ready(capsys: pytest.CaptureFixture[str]) -> None:
    target = f"127.0.0.1:{free_port()}"
    assert main([target]) == 1
    assert capsys.readouterr().err == f"{target}: does not answer: UNAVAILABLE\n"
    assert main([f"http://{target}/readyz"]) == 1


class _Door(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class names it so)
        """Stays quiet."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()


def test_an_address_is_ready_when_it_answers_200(capsys: pytest.CaptureFixture[str]) -> None:
    door = HTTPServer(("127.0.0.1", 0), _Door)
    thread = Thread(target=door.serve_forever, daemon=True)
    thread.start()
    try:
        assert main([f"http://127.0.0.1:{door.server_port}/readyz"]) == 0
        assert main([f"http://127.0.0.1:{door.server_port}/other"]) == 1
        assert "answered 503" in capsys.readouterr().err
    finally:
        door.shutdown()
        door.server_close()
        thread.join()


def test_wrong_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("usage:")
