"""The workflows hold what GitHub and a careful reader ask of them; what only a run can show is said in their heads."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.release_notes import notes

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / ".github" / "workflows"
NAMES = ("ci", "deploy", "images", "nightly", "release")
WRITES = {("images", "publish"): {"id-token"}, ("release", "release"): {"contents", "id-token"}}
"""Which job may write what; everybody else only reads the repository."""
JOB_KEYS = {"if", "needs", "runs-on", "timeout-minutes", "strategy", "permissions", "environment", "env", "steps"}
STEP_KEYS = {"name", "id", "if", "uses", "with", "env", "run"}
Json = dict[str, Any]  # a foreign document, read by key


def _load(name: str) -> Json:
    # YAML 1.1 reads the key `on` as true; GitHub does not.
    loaded: Json = yaml.load((FOLDER / f"{name}.yml").read_text(), yaml.BaseLoader)  # noqa: S506  (makes texts only)
    return loaded


def _jobs() -> Iterator[tuple[str, str, Json]]:
    for name in NAMES:
        for job, body in _load(name)["jobs"].items():
            yield name, job, body


def _steps() -> Iterator[tuple[str, Json]]:
    for name, job, body in _jobs():
        for step in body["steps"]:
            yield f"{name}/{job}", step


def test_these_are_all_workflows_there_are() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == list(NAMES)


def test_jobs_and_steps_have_only_keys_that_there_are() -> None:
    for name, job, body in _jobs():
        assert body.keys() <= JOB_KEYS, f"{name}/{job}: {body.keys() - JOB_KEYS}"
        needs = body.get("needs", [])
        assert {needs} if isinstance(needs, str) else set(needs) <= _load(name)["jobs"].keys()
    for place, step in _steps():
        assert step.keys() <= STEP_KEYS, f"{place}: {step.keys() - STEP_KEYS}"
        assert ("uses" in step) != ("run" in step), f"{place}: {step}"


def test_every_job_ends_by_itself() -> None:
    assert [f"{name}/{job}" for name, job, body in _jobs() if not 1 <= int(body.get("timeout-minutes", 0)) <= 120] == []


def test_every_action_is_pinned_by_commit_with_its_version_beside() -> None:
    pinned = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    for name in NAMES:
        for line in (FOLDER / f"{name}.yml").read_text().splitlines():
            if "uses:" in line:
                assert pinned.search(line), f"{name}: {line.strip()}"


def test_one_action_has_one_commit() -> None:
    commits: dict[str, set[str]] = {}
    for _, step in _steps():
        if "uses" in step:
            action, _, commit = step["uses"].partition("@")
            commits.setdefault(action, set()).add(commit)
    assert [action for action, found in commits.items() if len(found) > 1] == []


def test_nobody_may_write_but_who_must() -> None:
    for name in NAMES:
        assert _load(name)["permissions"] == {"contents": "read"}, name
    for name, job, body in _jobs():
        given = {what for what, right in body.get("permissions", {}).items() if right == "write"}
        assert given == WRITES.get((name, job), set()), f"{name}/{job}"


def test_no_foreign_text_is_run_and_no_token_stays_in_the_checkout() -> None:
    for place, step in _steps():
        # A title, a branch or an input in a script is a script of whoever wrote it: by the environment it is a text.
        assert "${{" not in step.get("run", ""), f"{place}: {step['run']}"
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false", place
    assert all("pull_request_target" not in _load(name)["on"] for name in NAMES)


def test_secrets_reach_a_step_and_no_job() -> None:
    for name, job, body in _jobs():
        assert "secrets." not in str(body.get("env", "")), f"{name}/{job}"
        assert "secrets." not in str(_load(name).get("env", "")), name


def test_expressions_name_what_there_is() -> None:
    known = re.compile(r"^(github|vars|secrets|inputs|env|matrix|steps)\.[\w.-]+$")
    for name in NAMES:
        text = (FOLDER / f"{name}.yml").read_text()
        assert text.count("${{") == text.count("}}"), name
        for found in re.findall(r"\$\{\{ *(.*?) *\}\}", text):
            assert known.match(found), f"{name}: {found}"
    for name, job, body in _jobs():
        axes = body.get("strategy", {}).get("matrix", {}).keys()
        assert set(re.findall(r"matrix\.(\w+)", str(body))) <= axes, f"{name}/{job}"
        ids = {step["id"] for step in body["steps"] if "id" in step}
        assert set(re.findall(r"steps\.(\w+)\.", str(body))) <= ids, f"{name}/{job}"


def test_every_script_is_bash_and_runs_targets_that_there_are() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for place, step in _steps():
        if "run" not in step:
            continue
        checked = subprocess.run(["/bin/bash", "-n"], input=step["run"], text=True, capture_output=True, check=False)
        assert checked.returncode == 0, f"{place}: {checked.stderr}"
        for words in re.findall(r"\bmake ([a-z -]+)", step["run"]):
            assert set(words.split()) <= targets, place
        for script in re.findall(r"python3? (\S+\.py)", step["run"]):
            assert (ROOT / script).is_file(), f"{place}: {script}"


def test_whatever_checks_is_run_at_every_change_or_every_night() -> None:
    def run_by(name: str) -> set[str]:
        text = " ".join(step.get("run", "") for job in _load(name)["jobs"].values() for step in job["steps"])
        return {word for words in re.findall(r"\bmake ([a-z -]+)", text) for word in words.split()}

    check = re.search(r"^check: (.*?) ##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert check is not None
    assert run_by("ci") >= {*check[1].split(), "browser", "slow", "audit"}
    assert run_by("nightly") == {"slow", "chaos", "rolling", "load", "audit"}


def test_a_deployment_is_never_cut_off_nor_run_twice_at_once() -> None:
    assert _load("deploy")["concurrency"] == {"group": "deploy", "cancel-in-progress": "false"}
    production = _load("deploy")["jobs"]["production"]
    assert (production["needs"], production["environment"]) == ("staging", "production")
    assert "deploy/rollout.py" in production["steps"][-1]["run"]


def test_what_was_never_run_says_so() -> None:
    for name in ("deploy", "images", "nightly", "release"):
        head = (FOLDER / f"{name}.yml").read_text().partition("\nname:")[0]
        assert "Not run yet" in " ".join(head.replace("#", "").split()), name


CHANGELOG = """# Changelog

## [Unreleased]

- later

## [1.2.3] - 2026-11-28

### Added

- this

## [1.2.2]

- old

## [1.2.1]
"""


@pytest.mark.parametrize(
    ("version", "text"),
    [("1.2.3", "### Added\n\n- this"), ("1.2.2", "- old"), ("1.2.1", ""), ("1.2", ""), ("9.9.9", "")],
)
def test_a_release_is_told_by_its_own_part_of_the_changelog(version: str, text: str) -> None:
    assert notes(CHANGELOG, version) == text
