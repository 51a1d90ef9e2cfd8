"""Recording rules and alerts for Prometheus.

The service levels follow chapter 5 of Google's SRE workbook: an alert compares two windows, a long one that says that
it matters and a short one that says that it is still so, with the rate at which the error budget of 30 days burns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

RUNBOOK: Final = "docs/runbook.md"
"""Where an alert's paragraph stands; an installation puts its own address before it."""
WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
ERRORS_AT_LEAST: Final = 3
"""Errors in the long window below which no alert is raised: in a quiet night one late answer is no outage."""

Group = dict[str, Any]  # as Prometheus's rule files have it


@dataclass(frozen=True, slots=True)
class Level:
    """A service level: which share of what may fail."""

    name: str
    what: str
    objective: float
    errors: str
    """Query of what failed, with WINDOW in place of the range."""
    total: str
    """Query of all, likewise."""


LEVELS: Final = (
    Level(
        "webhook",
        "webhooks are taken in",
        0.9995,
        'sum(rate(http_server_request_duration_seconds_count{http_route=~"/webhooks/.+",'
        'http_response_status_code=~"5.."}[WINDOW]))',
        'sum(rate(http_server_request_duration_seconds_count{http_route=~"/webhooks/.+"}[WINDOW]))',
    ),
    Level(
        "answer",
        "leads are answered within 10 s",
        0.99,
        "sum(rate(sdr_routing_answer_duration_seconds_count[WINDOW]))"
        ' - sum(rate(sdr_routing_answer_duration_seconds_bucket{le="10.0"}[WINDOW]))',
        "sum(rate(sdr_routing_answer_duration_seconds_count[WINDOW]))",
    ),
    Level(
        "delivery",
        "deliveries reach Chatwoot",
        0.999,
        'sum(rate(sdr_routing_deliveries_total{outcome="dead"}[WINDOW]))',
        "sum(rate(sdr_routing_deliveries_total[WINDOW]))",
    ),
    Level(
        "calls",
        "calls between the services succeed",
        0.999,
        "sum(rate(rpc_server_call_duration_seconds_count{rpc_response_status_code="
        '~"UNKNOWN|INTERNAL|UNAVAILABLE|DATA_LOSS|DEADLINE_EXCEEDED|UNIMPLEMENTED"}[WINDOW]))',
        "sum(rate(rpc_server_call_duration_seconds_count[WINDOW]))",
    ),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert."""

    name: str
    severity: str
    """page: somebody is woken; ticket: it is looked at in working hours."""
    expression: str
    wait: str
    """For how long it must hold."""
    summary: str
    dashboard: str
    """Path of the dashboard's panel that shows it, such as "sdr-overview/5"; see `monitoring.dashboards`."""

    def rule(self) -> Group:
        """As Prometheus reads it."""
        uid, _, panel = self.dashboard.partition("/")
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.wait,
            "labels": {"severity": self.severity, "product": "chatwoot-sdr"},
            "annotations": {
                "summary": self.summary,
                "runbook_url": f"{RUNBOOK}#{self.name.lower()}",
                "dashboard": f"/d/{uid}?viewPanel={panel}",
            },
        }


def _burns(level: Level, long: str, short: str, times: float) -> str:
    labels = f'{{slo="{level.name}"}}'
    burning = " and ".join(
        f"sdr:slo_error_ratio:rate{window}{labels} > {round(times * (1 - level.objective), 6)}"
        for window in (long, short)
    )
    seconds = {"1h": 3_600, "6h": 21_600, "1d": 86_400, "3d": 259_200}[long]
    return f"({burning} and sdr:slo_errors:rate{long}{labels} * {seconds} >= {ERRORS_AT_LEAST})"


def _of_level(level: Level) -> list[Alert]:
    name, panel = level.name.capitalize(), 1 + LEVELS.index(level)
    kept = f"{level.objective:.2%}".replace(".00", "")
    return [
        Alert(
            f"{name}BudgetBurnsFast",
            "page",
            " or ".join([_burns(level, "1h", "5m", 14.4), _burns(level, "6h", "30m", 6)]),
            "2m",
            f"It is promised that {level.what} in {kept} of cases; at this rate a month's errors are spent in 5 days",
            f"sdr-overview/{panel}",
        ),
        Alert(
            f"{name}BudgetBurnsSlowly",
            "ticket",
            " or ".join([_burns(level, "1d", "2h", 3), _burns(level, "3d", "6h", 1)]),
            "1h",
            f"It is promised that {level.what} in {kept} of cases; at this rate a month's errors are spent too early",
            f"sdr-overview/{panel}",
        ),
    ]


_ENGINE_SHARE = (
    'sum(rate(sdr_dialogue_drafts_total{engine="scripted"}[15m])) / sum(rate(sdr_dialogue_drafts_total[15m])) > 0.2'
)
_CHATWOOT_SHARE = (
    'sum(rate(http_client_request_duration_seconds_count{http_response_status_code=~"0|5.."}[5m]))'
    " / sum(rate(http_client_request_duration_seconds_count[5m])) > 0.2"
)

PLAIN: Final = (
    Alert(
        "InstanceDown",
        "page",
        'up{job="sdr"} == 0',
        "2m",
        "{{ $labels.instance }} has not answered Prometheus for 2 minutes",
        "sdr-overview/5",
    ),
    Alert(
        "ProbeFails",
        "page",
        'probe_success{job="sdr-probe"} == 0',
        "2m",
        "{{ $labels.probe }} has not been reached from outside for 2 minutes",
        "sdr-overview/6",
    ),
    Alert(
        "LeadsWait",
        "page",
        "max by (mailbox) (sdr_mailbox_oldest_unanswered_seconds) > 120",
        "2m",
        "The oldest of {{ $labels.mailbox }} waits for {{ $value | humanizeDuration }}",
        "sdr-overview/7",
    ),
    Alert(
        "TurnsGivenUp",
        "page",
        'sum(increase(sdr_gateway_turns_total{outcome="poison"}[15m])) > 0',
        "0m",
        "A turn failed so often that a human was called",
        "sdr-conversations/3",
    ),
    Alert(
        "DeadLetters",
        "ticket",
        "max(sdr_routing_dead_letters) > 0",
        "5m",
        "{{ $value }} deliveries were given up and wait for an operator",
        "sdr-conversations/8",
    ),
    Alert(
        "EventsWait",
        "ticket",
        "max by (service) (sdr_event_outbox_oldest_wait_seconds) > 600",
        "5m",
        "Events of {{ $labels.service }} have not reached reporting for {{ $value | humanizeDuration }}",
        "sdr-overview/8",
    ),
    Alert(
        "ChatwootFails",
        "page",
        _CHATWOOT_SHARE,
        "5m",
        "Chatwoot fails or does not answer {{ $value | humanizePercentage }} of requests",
        "sdr-overview/9",
    ),
    Alert(
        "SweepFails",
        "page",
        "max(sdr_gateway_sweep_age_seconds) > 600",
        "2m",
        "An account's Chatwoot was not looked through for {{ $value | humanizeDuration }}",
        "sdr-conversations/9",
    ),
    Alert(
        "WebhooksMissing",
        "ticket",
        "sum(increase(sdr_gateway_sweep_finds_total[15m])) > 20",
        "5m",
        "The sweep brought {{ $value | humanize }} events that no webhook had told",
        "sdr-conversations/9",
    ),
    Alert(
        "BreakerOpen",
        "ticket",
        "max by (engine) (sdr_dialogue_breaker_open) == 1",
        "5m",
        "{{ $labels.engine }} fails and is left alone; others answer",
        "sdr-models/4",
    ),
    Alert(
        "ScriptedEngineAnswers",
        "ticket",
        _ENGINE_SHARE,
        "15m",
        "{{ $value | humanizePercentage }} of answers come from the scripted engine although models are set up",
        "sdr-models/2",
    ),
    Alert(
        "BudgetReached",
        "ticket",
        "sum by (stops_models) (increase(sdr_dialogue_budgets_reached_total[1h])) > 0",
        "0m",
        "An account's monthly budget for models was reached (models stopped: {{ $labels.stops_models }})",
        "sdr-models/6",
    ),
    Alert(
        "DatabaseUnreachable",
        "page",
        "min by (db_client_connection_pool_name) (sdr_database_reached) == 0",
        "1m",
        "{{ $labels.db_client_connection_pool_name }} gets no answer from Postgres",
        "sdr-service/5",
    ),
    Alert(
        "PoolExhausted",
        "ticket",
        "max by (db_client_connection_pool_name) (db_client_connection_pending_requests) > 0",
        "5m",
        "Requests of {{ $labels.db_client_connection_pool_name }} wait for a database connection",
        "sdr-service/5",
    ),
    Alert(
        "RetriesThrottled",
        "ticket",
        'sum by (rpc_method) (rate(rpc_client_call_duration_seconds_count{rpc_response_status_code="UNAVAILABLE"}[5m]))'
        " > 0.5",
        "5m",
        "Calls of {{ $labels.rpc_method }} fail although they are repeated: repeats are used up or throttled",
        "sdr-service/3",
    ),
    Alert(
        "CallersDenied",
        "ticket",
        "sum by (caller) (rate(sdr_rpc_denied_total[5m])) > 0.1",
        "5m",
        "Calls of {{ $labels.caller }} are refused for who makes them",
        "sdr-service/3",
    ),
    Alert(
        "RedisFails",
        "ticket",
        "sum(rate(sdr_redis_errors_total[5m])) > 0",
        "10m",
        "Redis does not answer; work goes on without it",
        "sdr-service/6",
    ),
)

ALERTS: Final = (*(alert for level in LEVELS for alert in _of_level(level)), *PLAIN)


def groups() -> list[Group]:
    """The rule groups."""
    recorded = [
        {
            "record": f"sdr:slo_{what}:rate{window}",
            "labels": {"slo": level.name},
            "expr": expression.replace("WINDOW", window),
        }
        for level in LEVELS
        for window in WINDOWS
        for what, expression in (
            ("errors", level.errors),
            # Nothing to do is nothing done wrong.
            ("error_ratio", f"(({level.errors}) or vector(0)) / (({level.total}) > 0)"),
        )
    ]
    return [
        {"name": "sdr-slo", "rules": recorded},
        {"name": "sdr-slo-alerts", "rules": [alert.rule() for level in LEVELS for alert in _of_level(level)]},
        {"name": "sdr-alerts", "rules": [alert.rule() for alert in PLAIN]},
    ]
