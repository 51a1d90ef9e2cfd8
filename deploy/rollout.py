"""Rolls a version out little by little, and back by itself when a service level is missed.

    python deploy/rollout.py --tag 1.2.3 --prometheus http://prometheus:9090 --namespace sdr --release sdr

One pod of each component, half, all: at each step Prometheus is asked every few seconds. A level that is missed
twice in a row, or a Prometheus that does not answer three times in a row, stops the rollout and brings the release's
last revision back; what nobody sees is not gone on with. A level without traffic (no value) counts as kept and is told.

Needs Python 3.11 and `helm` on the path, and nothing else, so that a workflow can run it as it is.
Exit status: 0 rolled out, 1 rolled back, 2 wrong use, 3 rolled back although that failed too: look at once.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

SLOS = Path(__file__).with_name("rollout-slos.json")
STEPS = ("one", "half", "all")
MISSED_IN_A_ROW = 2
BLIND_IN_A_ROW = 3


class PrometheusAway(Exception):
    """Prometheus does not answer, or not what was asked."""


class HelmFailed(Exception):
    """Helm refused or failed; its own words are on standard error."""


@dataclass(frozen=True)
class Slo:
    """One service level: a query and the bound that its value keeps."""

    name: str
    query: str
    at_least: float = -math.inf
    at_most: float = math.inf

    def kept_by(self, value: float | None) -> bool:
        """Whether a value keeps it; None: there was no traffic."""
        return value is None or self.at_least <= value <= self.at_most


Look = Mapping[str, float | None] | None
"""Values of the levels by name, as seen at one moment; None: Prometheus did not answer."""


class Decision(Enum):
    """What follows from what was seen."""

    WATCH_ON = auto()
    ROLL_BACK = auto()


def decide(slos: Sequence[Slo], looks: Sequence[Look]) -> tuple[Decision, str]:
    """What to do after the newest look, and why.

    Args:
        slos: The levels.
        looks: All looks of this step, oldest first.
    """
    blind = looks[-BLIND_IN_A_ROW:]
    if len(blind) == BLIND_IN_A_ROW and all(look is None for look in blind):
        return Decision.ROLL_BACK, f"Prometheus did not answer {BLIND_IN_A_ROW} times in a row"
    seen = [look for look in looks if look is not None][-MISSED_IN_A_ROW:]
    for slo in slos:
        if len(seen) == MISSED_IN_A_ROW and not any(slo.kept_by(look.get(slo.name)) for look in seen):
            bound = f"at least {slo.at_least}" if slo.at_least > -math.inf else f"at most {slo.at_most}"
            return Decision.ROLL_BACK, f"{slo.name}: {seen[-1].get(slo.name)}, {bound} was promised"
    return Decision.WATCH_ON, ""


def read_slos(path: Path, places: Mapping[str, str]) -> list[Slo]:
    """Reads the levels; `{namespace}`, `{release}` and `{window}` in queries are filled in.

    Raises:
        ValueError: a level has no bound or an unknown key.
    """
    slos = []
    for row in json.loads(path.read_text(encoding="utf-8")):
        unknown = row.keys() - {"name", "query", "at_least", "at_most"}
        if unknown or not {"at_least", "at_most"} & row.keys():
            raise ValueError(f"{path.name}: {row.get('name')}: needs at_least or at_most, and nothing unknown")
        query = row["query"]
        for name, value in places.items():
            query = query.replace(f"{{{name}}}", value)
        slos.append(Slo(**{**row, "query": query}))
    return slos


def ask_prometheus(url: str, query: str, timeout_s: float = 10.0) -> float | None:
    """The value of an instant query that gives one number; None: nothing to count, or 0/0.

    Raises:
        PrometheusAway: no answer, an error, or several series.
    """
    address = f"{url.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(address, timeout=timeout_s) as response:  # noqa: S310  (the operator's own address)
            answer = json.load(response)
        result = answer["data"]["result"]
        if answer["status"] != "success" or len(result) > 1:
            raise PrometheusAway(f"{len(result)} series, or an error")
        value = float(result[0]["value"][1]) if result else math.nan
    except (OSError, urllib.error.URLError, ValueError, KeyError, TypeError, IndexError) as error:
        raise PrometheusAway(str(error)) from error
    return None if math.isnan(value) else value


def look_at(slos: Sequence[Slo], ask: Callable[[str], float | None]) -> Look:
    """All levels now."""
    try:
        return {slo.name: ask(slo.query) for slo in slos}
    except PrometheusAway as error:
        say(f"  Prometheus: {error}")
        return None


class Helm:
    """The release, moved by the `helm` on the path.

    Args:
        release: Its name.
        namespace: Where it is.
        chart: Folder or package of the chart.
        timeout: Helm's own, such as "10m".
    """

    def __init__(self, release: str, namespace: str, chart: str, timeout: str) -> None:
        self._release, self._namespace, self._chart, self._timeout = release, namespace, chart, timeout

    def revision(self) -> int:
        """The newest revision.

        Raises:
            HelmFailed: there is no such release.
        """
        history = json.loads(self._run("history", self._release, "--max", "1", "--output", "json"))
        return int(history[-1]["revision"])

    def step(self, step: str, tag: str) -> None:
        """Brings the release to a step, and waits until its pods are ready.

        Raises:
            HelmFailed: they are not in time, a migration failed, or the values are refused.
        """
        values = {"image.tag": tag, "canary.tag": ""} if step == "all" else {"canary.tag": tag, "canary.step": step}
        sets = [word for key, value in values.items() for word in ("--set-string", f"{key}={value}")]
        self._run("upgrade", self._release, self._chart, "--reset-then-reuse-values", "--wait", *self._limits(), *sets)

    def back_to(self, revision: int) -> None:
        """Brings a revision back.

        Raises:
            HelmFailed: it does not come back.
        """
        self._run("rollback", self._release, str(revision), "--wait", *self._limits())

    def _limits(self) -> tuple[str, str]:
        return "--timeout", self._timeout

    def _run(self, *words: str) -> str:
        command = ["helm", "--namespace", self._namespace, *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603  (no shell, own words)
        if done.returncode:
            raise HelmFailed(f"helm {words[0]} ended with {done.returncode}")
        return done.stdout


@dataclass(frozen=True)
class Pace:
    """How long each step is watched, and how often it is looked at, in seconds."""

    watch_s: float = 300.0
    every_s: float = 15.0


def roll_out(
    helm: Helm,
    tag: str,
    slos: Sequence[Slo],
    ask: Callable[[str], float | None],
    pace: Pace,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Walks through the steps; gives the exit status."""
    before = helm.revision()
    for step in STEPS:
        say(f"{step}: {tag}")
        try:
            helm.step(step, tag)
        except HelmFailed as error:
            return _back(helm, before, str(error))
        looks: list[Look] = []
        for _ in range(max(1, round(pace.watch_s / pace.every_s))):
            pause(pace.every_s)
            looks.append(look_at(slos, ask))
            decision, why = decide(slos, looks)
            if decision is Decision.ROLL_BACK:
                return _back(helm, before, why)
        _tell(slos, looks)
    say(f"{tag} is rolled out")
    return 0


def _back(helm: Helm, revision: int, why: str) -> int:
    say(f"ROLLING BACK to revision {revision}: {why}")
    try:
        helm.back_to(revision)
    except HelmFailed as error:
        say(f"NOT ROLLED BACK: {error}")
        return 3
    say("rolled back")
    return 1


def _tell(slos: Sequence[Slo], looks: Sequence[Look]) -> None:
    last = next((look for look in reversed(looks) if look is not None), {})
    for slo in slos:
        value = last.get(slo.name)
        say(f"  {slo.name}: {'no traffic' if value is None else value}")


def say(line: str) -> None:
    """Writes a line at once: a workflow's log is read while it grows."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(words: Sequence[str] | None = None) -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="rollout", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tag", required=True, help="the version that is rolled out")
    parser.add_argument("--prometheus", required=True, help="address of Prometheus, such as http://prometheus:9090")
    parser.add_argument("--release", default="sdr")
    parser.add_argument("--namespace", default="sdr")
    parser.add_argument("--chart", default="charts/sdr", help="folder or package of the chart")
    parser.add_argument("--watch", type=float, default=300.0, help="seconds that each step is watched")
    parser.add_argument("--every", type=float, default=15.0, help="seconds between two looks")
    parser.add_argument("--window", default="5m", help="over which time rates are taken")
    parser.add_argument("--timeout", default="10m", help="Helm's, for each step")
    parser.add_argument("--slos", type=Path, default=SLOS, help="JSON file of the service levels")
    asked = parser.parse_args(words)
    places = {"namespace": asked.namespace, "release": asked.release, "window": asked.window}
    try:
        slos = read_slos(asked.slos, places)
    except (OSError, ValueError) as error:
        say(str(error))
        return 2
    helm = Helm(asked.release, asked.namespace, asked.chart, asked.timeout)
    try:
        return roll_out(
            helm, asked.tag, slos, lambda query: ask_prometheus(asked.prometheus, query), Pace(asked.watch, asked.every)
        )
    except HelmFailed as error:
        say(f"nothing was changed: {error}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
