"""One chaos run: a stack of its own, the plan played and tormented, the export checked."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from sdr_sandbox.stack.health import http_ok
from tests.chaos.checker import CLOSING_MARK, Verdict, check
from tests.chaos.driver import Driver, Tally
from tests.chaos.evidence import read_export
from tests.chaos.monkey import Monkey
from tests.chaos.plan import LEASE_S, Size
from tests.chaos.roller import Roller, Rolling, turn_faults
from tests.e2e.conftest import connect
from tests.support.chatwoot import Chatwoot, JsonObject
from tests.support.net import free_port
from tests.support.stack import RunningStack, running_stack

SABOTAGE = Path(__file__).parent / "sabotage"
_CLINIC = Path(__file__).parents[2] / "sandbox" / "sdr_sandbox" / "stack" / "clinic.yaml"
_EVIDENCE = "conversations,contacts,events,looks,creations,deliveries"

SETTINGS: Mapping[str, str] = {
    "SDR_STACK_WORKERS": "1",
    "SDR_GATEWAY_COALESCE_IDLE_MS": "500",
    "SDR_GATEWAY_COALESCE_MAX_MS": "2500",
    "SDR_GATEWAY_SWEEP_INTERVAL_S": "5",
    "SDR_GATEWAY_LEASE_S": str(LEASE_S),
    "SDR_GATEWAY_RESPOND_TIMEOUT_S": "10",
    "SDR_GATEWAY_CALL_TIMEOUT_S": "5",
    "SDR_ROUTING_LEASE_S": str(LEASE_S),
    "SDR_ROUTING_CHATWOOT_READ_TIMEOUT_S": "3",
    "SDR_ROUTING_SETTLE_AFTER_S": "7",
    "SDR_ROUTING_SETBACK_CEILING_S": "4",
    "SDR_ROUTING_CHATWOOT_REQUESTS_PER_MINUTE": "100000",
    "SDR_DIALOGUE_MODEL_DEADLINE_S": "2",
    "SDR_DIALOGUE_ANALYSIS_DEADLINE_S": "2",
    "SDR_DIALOGUE_BREAKER_FAILURES": "20",
    "SDR_DIALOGUE_BREAKER_PAUSE_S": "1",
}
"""As in production, in about a fifth of the time: waits, leases, the time in which Chatwoot may save late."""


_WHOLE_BURSTS = {"SDR_GATEWAY_COALESCE_IDLE_MS": "2000", "SDR_GATEWAY_COALESCE_MAX_MS": "8000"}
"""A rolling run's own, as in production: twice the processes on the same cores are slower, and a burst that is torn by
that makes the lead's answers cross the questions, which is no matter of restarts."""


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    size: Size
    verdict: Verdict
    tally: Tally
    faults: Counter[str]
    slowest_recovery: tuple[float, str]
    webhooks: Mapping[str, int]
    creations: Mapping[str, int]
    took_s: float
    started_in_s: float
    rate: float = 0.0
    """Answers a second while the load lasted."""
    turn_faults: Counter[str] = field(default_factory=Counter)
    """Turns that failed or were begun anew, by what the logs say."""


def run(
    size: Size,
    *,
    sabotage: str = "",
    keep: Path | None = None,
    torment: bool = True,
    roll: Rolling | None = None,
) -> Result:
    """Runs one plan.

    Args:
        size: How large and how rough.
        sabotage: Name of a promise-keeper that is taken out of the product, see `sabotage/`.
        keep: Where export and logs are kept; None: nowhere.
        torment: False: nothing is killed and nothing goes wrong, to see what the plan alone comes to.
        roll: Instead of tormenting it, restart everything one after the other while the load lasts.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sdr-chaos-")))
        model_port = stack.enter_context(_model(size)) if torment and roll is None else 0
        settings = {**SETTINGS, "SDR_ACCOUNT_DOCUMENT": str(_clinic(folder))}
        if roll is not None:
            settings |= {"SDR_REPLICAS": str(roll.replicas), **_WHOLE_BURSTS}
        if model_port:
            settings |= {"OPENAI_API_KEY": "chaos", "OPENAI_BASE_URL": f"http://127.0.0.1:{model_port}/v1"}
        if sabotage:
            path = os.pathsep.join(filter(None, (str(SABOTAGE), os.environ.get("PYTHONPATH", ""))))
            settings |= {"SDR_CHAOS_SABOTAGE": sabotage, "PYTHONPATH": path}
        began = time.monotonic()
        running = stack.enter_context(running_stack(**settings))
        started_in_s = time.monotonic() - began
        try:
            result = asyncio.run(_play(running, size, started_in_s, keep, torment=torment, roll=roll))
            return replace(result, turn_faults=turn_faults(running.data_dir / "logs"))
        finally:
            if keep is not None:
                _keep_logs(running, keep)


async def _play(
    running: RunningStack,
    size: Size,
    started_in_s: float,
    keep: Path | None,
    *,
    torment: bool,
    roll: Rolling | None,
) -> Result:
    async with connect(running).listening() as chatwoot:
        roller = Roller(running, roll) if roll is not None else None
        monkey = roller or Monkey(running, chatwoot, size)
        until = (lambda: roller.finished) if roller is not None else None
        driver, stop = Driver(chatwoot, size, until), asyncio.Event()
        began = time.monotonic()
        tormenting = asyncio.create_task(monkey.run(stop) if torment else stop.wait())
        try:
            playing = asyncio.create_task(driver.run())
            await asyncio.wait({playing, tormenting}, return_when=asyncio.FIRST_COMPLETED)
            if tormenting.done():
                playing.cancel()
                await tormenting
            tally = await playing
            played_s = time.monotonic() - began
        finally:
            stop.set()
            await asyncio.gather(tormenting, return_exceptions=True)
        with suppress(TimeoutError):
            await chatwoot.sandbox("DELETE", "/misbehaviour")
        export = await _settled(chatwoot, size.settle_s)
        counters = await chatwoot.sandbox("GET", "/counters")
    if keep is not None:
        _keep_export(export, keep)
    verdict = check(read_export(export))
    return Result(
        size=size,
        verdict=verdict,
        rate=verdict.counted["answers"] / played_s,
        tally=tally,
        faults=monkey.done,
        slowest_recovery=monkey.slowest,
        webhooks=counters["webhooks"]["total"],
        creations=counters["faults"],
        took_s=time.monotonic() - began,
        started_in_s=started_in_s,
    )


async def _settled(chatwoot: Chatwoot, settle_s: float) -> JsonObject:
    """The export once nothing is left to answer, or when the product has had its time."""
    deadline = time.monotonic() + settle_s
    while True:
        export = await chatwoot.sandbox("GET", f"/export?only={_EVIDENCE}")
        if time.monotonic() > deadline or not _open(export):
            # Whoever says something twice may do so a little later.
            await asyncio.sleep(5.0)
            return await chatwoot.sandbox("GET", f"/export?only={_EVIDENCE}")
        await asyncio.sleep(1.5)


def _open(export: JsonObject) -> bool:
    waits = {"lost", "attributes", "closing"}
    return any(violation.promise in waits for violation in check(read_export(export)).violations)


def _clinic(folder: Path) -> Path:
    """The invented clinic with closings that can be told from every other line, and patience for crossed messages."""
    document = yaml.safe_load(_CLINIC.read_text())
    document["dialogue"] |= {"message_limit": 200, "attempts_per_fact": 5}
    closings = dict.fromkeys(("hot", "warm", "cold", "very_cold"), f"Obrigada, {{nome}}! {CLOSING_MARK}")
    document["routing"]["closing"] = closings
    document["gateway"]["nudge"] = {"off": True}  # it answers nothing, and is no part of this proof
    path = folder / "clinic.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    folder.chmod(0o755)
    return path


@contextmanager
def _model(size: Size) -> Iterator[int]:
    """The model's process; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "tests.chaos.model", str(port), str(size.seed), str(size.model_faults)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], start_new_session=True)  # noqa: S603  (ours)
    try:
        healthy, deadline = http_ok(port, "/health"), time.monotonic() + 30
        while not healthy():
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("the emulated model did not start")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _keep_export(export: JsonObject, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    (keep / "export.json").write_text(json.dumps(export))


def _keep_logs(running: RunningStack, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    for log in (running.data_dir / "logs").glob("*.log"):
        (keep / log.name).write_bytes(log.read_bytes())
