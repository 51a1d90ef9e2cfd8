"""The examples of docs/howto/call-a-service.md, run as they stand against a real scoring service."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest

from sdr.common.v1.lead_pb2 import Clinic
from sdr.scoring.v1.scoring_pb2 import PutSettingsRequest, ScoringSettings
from sdr_common.grpc_client import call
from sdr_scoring.server import build
from sdr_scoring.settings import Settings
from tests.integration.common.scripted import stub
from tests.support.net import eventually

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "call-a-service.md"
EXAMPLE = re.compile(
    r"^## (?P<title>[^\n]+)\n(?:(?!^## ).)*?```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.M | re.S
)
EXAMPLES = [(found["title"], found["code"], found["output"]) for found in EXAMPLE.finditer(PAGE.read_text())]


def test_every_python_block_of_the_page_has_its_output_and_is_run() -> None:
    assert len(EXAMPLES) == PAGE.read_text().count("```python") == 5


@pytest.fixture
async def target(service_database: Callable[[str], str]) -> AsyncIterator[str]:
    """A running scoring service that knows the account of the local stack."""
    async with AsyncExitStack() as stack:
        server = await build(
            Settings.model_validate({"DATABASE_URL": service_database("scoring"), "drain_s": 1}), stack
        )
        address = f"127.0.0.1:{server.port}"
        async with grpc.aio.insecure_channel(address) as channel:
            clinic = Clinic(name="Clínica Bella Pele", assistant_name="Bella", time_zone="America/Sao_Paulo")
            request = PutSettingsRequest(
                request_id=str(uuid.uuid4()), account_id=1, clinic=clinic, settings=ScoringSettings()
            )

            async def put() -> int:
                return (await call(stub(channel).PutSettings, request, timeout_s=5)).version

            assert await eventually(put) == 1
        yield address


@pytest.mark.parametrize(("code", "output"), [example[1:] for example in EXAMPLES], ids=[each[0] for each in EXAMPLES])
async def test_the_example_prints_what_the_page_says(code: str, output: str, target: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", code),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"SDR_SCORING_TARGET": target, "PYTHONIOENCODING": "utf-8"},
    )
    printed, complaints = await asyncio.wait_for(process.communicate(), 60)
    assert (printed.decode(), process.returncode) == (output, 0), complaints.decode()
