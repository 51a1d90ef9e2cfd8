"""Every alert fires when it should and ends when it is over; each leads to a paragraph and a panel."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from monitoring.boards import DASHBOARDS
from monitoring.rules import ALERTS, RUNBOOK
from tests.unit.monitoring.alert_cases import CASES

ROOT = Path(__file__).parents[3]
RULES = ROOT / "charts" / "sdr" / "files" / "rules.yaml"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not on the PATH (Debian: apt install prometheus)"
)


def _promtool(*arguments: str) -> str:
    assert PROMTOOL is not None
    run = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _firing(name: str, at: str, count: int) -> dict[str, object]:
    return {
        "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}})',
        "eval_time": at,
        "exp_samples": [{"labels": "{}", "value": count}] if count else [],
    }


@needs_promtool
def test_promtool_accepts_the_rules() -> None:
    assert "SUCCESS" in _promtool("check", "rules", str(RULES))


def test_every_alert_has_a_case_and_every_case_an_alert() -> None:
    assert {alert.name for alert in ALERTS} == CASES.keys()


def _only(alert: str, file: Path) -> None:
    """The alert's own rule, and what is recorded for it: all rules together take promtool minutes."""
    level = re.sub(r"BudgetBurns\w+", "", alert).lower()
    kept = [
        {**group, "rules": [rule for rule in group["rules"] if rule.get("labels", {}).get("slo") == level]}
        if group["name"] == "sdr-slo"
        else {**group, "rules": [rule for rule in group["rules"] if rule["alert"] == alert]}
        for group in yaml.safe_load(RULES.read_text())["groups"]
    ]
    file.write_text(yaml.safe_dump({"groups": [group for group in kept if group["rules"]]}))


@pytest.mark.thorough
@needs_promtool
@pytest.mark.parametrize("alert", sorted(CASES))
def test_every_alert_fires_while_it_is_bad_and_ends_when_it_is_over(alert: str, tmp_path: Path) -> None:
    case = CASES[alert]
    _only(alert, tmp_path / "rules.yaml")
    test = {
        "interval": case.interval,
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "promql_expr_test": [_firing(alert, case.fires_at, 1), _firing(alert, case.resolved_at, 0)],
    }
    groups = [group["name"] for group in yaml.safe_load((tmp_path / "rules.yaml").read_text())["groups"]]
    document = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": case.interval,
        # What is recorded comes first: at an interval above Prometheus's 5 minutes of memory an alert would miss it.
        "group_eval_order": groups,
        "tests": [test],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(document))
    assert "SUCCESS" in _promtool("test", "rules", str(tmp_path / "test.yaml"))


@needs_promtool
def test_an_alert_says_what_is_wrong_and_where_to_look(tmp_path: Path) -> None:
    expected = {
        "exp_labels": {"severity": "page", "product": "chatwoot-sdr", "mailbox": "turns"},
        "exp_annotations": {
            "summary": "The oldest of turns waits for 7m 0s",
            "runbook_url": "docs/runbook.md#leadswait",
            "dashboard": "/d/sdr-overview?viewPanel=7",
        },
    }
    waits = CASES["LeadsWait"].series
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in waits.items()],
        "alert_rule_test": [{"eval_time": "7m", "alertname": "LeadsWait", "exp_alerts": [expected]}],
    }
    file = tmp_path / "one.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}))
    assert "SUCCESS" in _promtool("test", "rules", str(file))


def test_every_alert_has_a_paragraph_of_its_own_and_no_paragraph_is_without_an_alert() -> None:
    paragraphs = re.findall(r"^### (\w+)\n(.+?)(?=^#|\Z)", (ROOT / RUNBOOK).read_text(), re.MULTILINE | re.DOTALL)
    assert sorted(name for name, _ in paragraphs) == sorted(alert.name for alert in ALERTS)
    assert [name for name, text in paragraphs if len(text) < 120] == []


def test_every_alert_leads_to_a_panel_that_exists() -> None:
    panels = {f"{board.uid}/{number}" for board in DASHBOARDS for number, _ in enumerate(board.panels, 1)}
    assert [alert.name for alert in ALERTS if alert.dashboard not in panels] == []


def test_every_alert_is_a_page_or_a_ticket() -> None:
    assert {alert.severity for alert in ALERTS} == {"page", "ticket"}
