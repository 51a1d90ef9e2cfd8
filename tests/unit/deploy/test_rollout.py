"""A version is rolled out while the service levels hold, and comes back by itself when they do not."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from deploy.rollout import SLOS, Decision, Look, Slo, decide, main, read_slos
from sdr_common.metrics import SECONDS, prometheus_name

ANSWERS = Slo("answers", "answers", at_least=0.99)
ERRORS = Slo("errors", "errors", at_most=0.001)
LEVELS = (ANSWERS, ERRORS)
GOOD: Look = {"answers": 0.999, "errors": 0.0}
SLOW: Look = {"answers": 0.97, "errors": 0.0}
QUIET: Look = {"answers": None, "errors": None}


@pytest.mark.parametrize(
    ("looks", "decision", "why"),
    [
        ([GOOD], Decision.WATCH_ON, ""),
        ([SLOW], Decision.WATCH_ON, ""),
        ([SLOW, GOOD, SLOW], Decision.WATCH_ON, ""),
        ([GOOD, SLOW, SLOW], Decision.ROLL_BACK, "answers: 0.97, at least 0.99 was promised"),
        ([{"errors": 0.01}, {"errors": 0.02}], Decision.ROLL_BACK, "errors: 0.02, at most 0.001 was promised"),
        ([SLOW, None, SLOW], Decision.ROLL_BACK, "answers: 0.97, at least 0.99 was promised"),
        ([QUIET, QUIET, QUIET], Decision.WATCH_ON, ""),
        ([None, None], Decision.WATCH_ON, ""),
        ([GOOD, None, None, None], Decision.ROLL_BACK, "Prometheus did not answer 3 times in a row"),
    ],
)
def test_what_was_seen_decides(looks: list[Look], decision: Decision, why: str) -> None:
    assert decide(LEVELS, looks) == (decision, why)


def test_the_shipped_levels_are_those_of_the_product() -> None:
    slos = read_slos(SLOS, {"namespace": "clinic", "release": "sdr", "window": "5m"})
    bounds = {slo.name: (slo.at_least, slo.at_most) for slo in slos}
    assert bounds["webhooks taken in"][0] == 0.9995
    assert bounds["answered within 10 s"][0] == 0.99
    assert bounds["calls that fail"][1] == 0.001
    for slo in slos:
        assert "{namespace}" not in slo.query
        assert 'namespace="clinic"' in slo.query
        assert "[5m]" in slo.query


def test_every_series_that_is_asked_for_is_one_of_the_product_s() -> None:
    registry = yaml.safe_load((Path(__file__).parents[3] / "docs" / "telemetry.yaml").read_text())["metrics"]
    known = {
        prometheus_name(name, metric["kind"], metric["unit"]): {each.replace(".", "_") for each in metric["attributes"]}
        for name, metric in registry.items()
    }
    for slo in read_slos(SLOS, {"namespace": "sdr", "release": "sdr", "window": "5m"}):
        for series, selected in re.findall(r"([a-z_]+)\{([^}]*)\}", slo.query):
            if series.startswith("kube_"):
                continue  # kube-state-metrics'
            metric = re.sub(r"_(bucket|count|sum)$", "", series)
            assert metric in known, f"{slo.name}: {series}"
            labels = set(re.findall(r"(\w+)[=!]", selected)) - {"namespace", "track", "le"}
            assert labels <= known[metric], f"{slo.name}: {series}: {labels - known[metric]}"
    assert 10.0 in SECONDS, "or no bucket ends where the promise does"


HTTP = 'http_server_request_duration_seconds_count{namespace="sdr",http_route="/webhooks/chatwoot/{account}"'
ANSWER = 'sdr_routing_answer_duration_seconds_%s{namespace="sdr"'
RPC = 'rpc_server_call_duration_seconds_count{namespace="sdr",rpc_method="x"'
SERIES = {
    HTTP + ',http_response_status_code="200"}': "0+990x20",
    HTTP + ',http_response_status_code="503"}': "0+10x20",
    ANSWER % "bucket" + ',le="10.0"}': "0+95x20",
    ANSWER % "count" + "}": "0+100x20",
    'sdr_routing_deliveries_total{namespace="sdr",outcome="done"}': "0+100x20",
    RPC + ',track="stable",rpc_response_status_code="OK"}': "0+300x20",
    RPC + ',track="canary",rpc_response_status_code="OK"}': "0+90x20",
    RPC + ',track="canary",rpc_response_status_code="INTERNAL"}': "0+10x20",
    RPC + ',track="stable",rpc_response_status_code="NOT_FOUND"}': "0+100x20",
    'kube_pod_container_status_restarts_total{namespace="sdr",pod="sdr-dialogue-canary-5d-x"}': "0x10 1 2 3",
    'kube_pod_container_status_restarts_total{namespace="sdr",pod="sdr-dialogue-5d-x"}': "0+5x20",
}
"""A minute apart: a bad version on one pod."""
SEEN = {
    "webhooks taken in": 0.99,
    "answered within 10 s": 0.95,
    "deliveries carried out": 1.0,
    "calls that fail": 0.02,
    "calls that fail in the pods that try it": 0.1,
}


def test_prometheus_itself_gives_each_level_the_value_that_it_means(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (on Debian: apt install prometheus)")
    slos = read_slos(SLOS, {"namespace": "sdr", "release": "sdr", "window": "5m"})
    assert SEEN.keys() | {"restarts of the pods that try it"} == {slo.name for slo in slos}
    rows = [
        {"expr": f"round({slo.query}, 0.0001)", "eval_time": "12m", "exp_samples": [{"value": SEEN[slo.name]}]}
        for slo in slos
        if slo.name in SEEN
    ]
    restarts = next(slo for slo in slos if slo.name.startswith("restarts"))
    rows.append({"expr": f"({restarts.query}) > bool 0.5", "eval_time": "13m", "exp_samples": [{"value": 1}]})
    series = [{"series": name, "values": values} for name, values in SERIES.items()]
    test = tmp_path / "test.yaml"
    test.write_text(yaml.safe_dump({"tests": [{"interval": "1m", "input_series": series, "promql_expr_test": rows}]}))
    ran = subprocess.run(  # noqa: S603  (found on the path, our own words)
        [promtool, "test", "rules", str(test)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_level_without_a_bound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slos.json").write_text('[{"name": "x", "query": "y"}]')
    with pytest.raises(ValueError, match="x: needs at_least or at_most"):
        read_slos(tmp_path / "slos.json", {})


@contextmanager
def _prometheus(value_at: Callable[[int], float | None]) -> Iterator[str]:
    """Answers instant queries over HTTP: the value of the nth one; None: an error of its own."""
    asked = iter(range(1_000_000))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            assert parts.path == "/api/v1/query"
            assert parse_qs(parts.query)["query"] == ["answers"]
            value = value_at(next(asked))
            found = [] if value is None else [{"metric": {}, "value": [0, str(value)]}]
            body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": found}}).encode()
            self.send_response(503 if value == -1 else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class names it so)
            """Stays quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """A `helm` that notes what it is told and fails at what HELM_FAILS_AT names; gives what it was told."""
    told = tmp_path / "told"
    script = tmp_path / "bin" / "helm"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\necho "$*" >> {told}\n'
        'case "$*" in *history*) echo \'[{"revision": 7}]\';; esac\n'
        'case "$*" in *"${HELM_FAILS_AT:-nothing}"*) exit 1;; esac\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    return lambda: told.read_text().splitlines() if told.exists() else []


def _roll_out(tmp_path: Path, value_at: Callable[[int], float | None]) -> int:
    slos = tmp_path / "slos.json"
    slos.write_text('[{"name": "answers", "query": "answers", "at_least": 0.99}]')
    with _prometheus(value_at) as url:
        words = ["--tag", "1.2.3", "--prometheus", url, "--slos", str(slos), "--watch", "0.03", "--every", "0.01"]
        return main(words)


def _steps(told: list[str]) -> list[str]:
    """What moved the release, in short."""
    return [line.split("--set-string ", 1)[-1] if "upgrade" in line else line for line in told if "history" not in line]


def test_a_good_version_goes_from_one_to_half_to_all(tmp_path: Path, helm: Callable[[], list[str]]) -> None:
    assert _roll_out(tmp_path, lambda _: 0.999) == 0
    assert _steps(helm()) == [
        "canary.tag=1.2.3 --set-string canary.step=one",
        "canary.tag=1.2.3 --set-string canary.step=half",
        "image.tag=1.2.3 --set-string canary.tag=",
    ]


def test_a_slow_version_comes_back_after_the_first_step(
    tmp_path: Path, helm: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _roll_out(tmp_path, lambda _: 0.9) == 1
    assert len(_steps(helm())) == 2
    assert helm()[-1] == "--namespace sdr rollback sdr 7 --wait --timeout 10m"
    assert "ROLLING BACK to revision 7: answers: 0.9, at least 0.99 was promised" in capsys.readouterr().out


def test_one_that_shows_its_slowness_only_at_half_comes_back_then(
    tmp_path: Path, helm: Callable[[], list[str]]
) -> None:
    assert _roll_out(tmp_path, lambda number: 0.999 if number < 4 else 0.5) == 1
    assert [step.rpartition("=")[2] for step in _steps(helm())[:2]] == ["one", "half"]
    assert "rollback" in helm()[-1]


def test_without_traffic_it_goes_on_and_says_so(
    tmp_path: Path, helm: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _roll_out(tmp_path, lambda _: None) == 0
    assert "answers: no traffic" in capsys.readouterr().out
    assert len(_steps(helm())) == 3


def test_a_prometheus_that_fails_is_no_reason_to_go_on(tmp_path: Path, helm: Callable[[], list[str]]) -> None:
    assert _roll_out(tmp_path, lambda _: -1) == 1
    assert "rollback" in helm()[-1]


def test_a_failed_migration_or_a_pod_that_never_gets_ready_comes_back(
    tmp_path: Path, helm: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_FAILS_AT", "canary.step=one")
    assert _roll_out(tmp_path, lambda _: 0.999) == 1
    assert "rollback" in helm()[-1]


def test_a_way_back_that_fails_is_told_by_its_own_status(
    tmp_path: Path, helm: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_FAILS_AT", "rollback")
    assert _roll_out(tmp_path, lambda _: 0.5) == 3


def test_a_release_that_is_not_there_is_left_alone(
    tmp_path: Path, helm: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_FAILS_AT", "history")
    assert _roll_out(tmp_path, lambda _: 0.999) == 2
    assert _steps(helm()) == []
