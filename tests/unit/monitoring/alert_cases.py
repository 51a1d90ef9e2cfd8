"""For each alert: what Prometheus sees while it is bad, and then good again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """Series as promtool writes them, one value a minute: "0+5x30" grows by five, thirty times."""

    series: dict[str, str]
    fires_at: str
    resolved_at: str
    interval: str = "1m"


_HTTP = "http_server_request_duration_seconds_count"
_DOOR = 'http_route="/webhooks/chatwoot/{account}",http_request_method="POST"'
_ANSWER = "sdr_routing_answer_duration_seconds"
_CALLS = 'rpc_server_call_duration_seconds_count{rpc_method="x/Y",rpc_response_status_code='


def _levels(bad: str, good: str, fires_at: str, resolved_at: str, interval: str) -> dict[str, Case]:
    def case(series: dict[str, str]) -> Case:
        return Case(series, fires_at, resolved_at, interval)

    return {
        "Webhook": case(
            {
                f'{_HTTP}{{{_DOOR},http_response_status_code="200"}}': good,
                f'{_HTTP}{{{_DOOR},http_response_status_code="503"}}': bad,
            }
        ),
        "Answer": case({f'{_ANSWER}_bucket{{le="10.0"}}': good, f"{_ANSWER}_count": f"{_sum(good, bad)}"}),
        "Delivery": case(
            {'sdr_routing_deliveries_total{outcome="done"}': good, 'sdr_routing_deliveries_total{outcome="dead"}': bad}
        ),
        "Calls": case({f'{_CALLS}"OK"}}': good, f'{_CALLS}"INTERNAL"}}': bad}),
    }


def _sum(good: str, bad: str) -> str:
    """Both series added; they have the same pieces."""
    pieces = []
    for one, other in zip(good.split(), bad.split(), strict=True):
        (start, rest), (other_start, other_rest) = one.split("+"), other.split("+")
        step, times = rest.split("x")
        pieces.append(f"{int(start) + int(other_start)}+{int(step) + int(other_rest.split('x')[0])}x{times}")
    return " ".join(pieces)


_FAST = _levels("0+30x20 600+0x60", "0+30x20 600+60x60", "15m", "70m", "1m")
_SLOW = _levels("0+5x72 360+0x60", "0+95x72 6840+100x60", "10h", "20h", "10m")
_MODEL = 'engine="openai:gpt-5-mini"'

CASES: dict[str, Case] = {
    **{f"{name}BudgetBurnsFast": case for name, case in _FAST.items()},
    **{f"{name}BudgetBurnsSlowly": case for name, case in _SLOW.items()},
    "InstanceDown": Case({'up{job="sdr",component="dialogue",instance="d-1"}': "1 0x10 1x20"}, "5m", "15m"),
    "ProbeFails": Case({'probe_success{job="sdr-probe",probe="webhook"}': "1 0x10 1x20"}, "5m", "15m"),
    "LeadsWait": Case({'sdr_mailbox_oldest_unanswered_seconds{mailbox="turns"}': "0+60x10 0x30"}, "7m", "15m"),
    "TurnsGivenUp": Case({'sdr_gateway_turns_total{outcome="poison"}': "0x5 1x60"}, "8m", "40m"),
    "DeadLetters": Case({"sdr_routing_dead_letters": "0x2 3x10 0x30"}, "10m", "20m"),
    "EventsWait": Case({'sdr_event_outbox_oldest_wait_seconds{service="routing"}': "0+120x15 0x30"}, "14m", "25m"),
    "ChatwootFails": Case(
        {
            'http_client_request_duration_seconds_count{http_response_status_code="200"}': "0+10x60",
            'http_client_request_duration_seconds_count{http_response_status_code="502"}': "0+10x20 200x40",
        },
        "15m",
        "30m",
    ),
    "SweepFails": Case({"sdr_gateway_sweep_age_seconds": "30+60x20 20x30"}, "15m", "25m"),
    "WebhooksMissing": Case({"sdr_gateway_sweep_finds_total": "0+5x20 100x60"}, "18m", "50m"),
    "BreakerOpen": Case({f"sdr_dialogue_breaker_open{{{_MODEL}}}": "0 1x10 0x30"}, "9m", "15m"),
    "ScriptedEngineAnswers": Case(
        {
            'sdr_dialogue_drafts_total{engine="scripted"}': "0+5x40 200x60",
            f"sdr_dialogue_drafts_total{{{_MODEL}}}": "0+5x100",
        },
        "35m",
        "70m",
    ),
    "BudgetReached": Case({'sdr_dialogue_budgets_reached_total{stops_models="true"}': "0x5 1x120"}, "10m", "80m"),
    "DatabaseUnreachable": Case(
        {'sdr_database_reached{db_client_connection_pool_name="sdr-gateway"}': "1 0x5 1x20"}, "4m", "10m"
    ),
    "PoolExhausted": Case(
        {'db_client_connection_pending_requests{db_client_connection_pool_name="sdr-gateway"}': "0 7x10 0x30"},
        "9m",
        "15m",
    ),
    "RetriesThrottled": Case(
        {'rpc_client_call_duration_seconds_count{rpc_response_status_code="UNAVAILABLE"}': "0+60x20 1200x40"},
        "15m",
        "30m",
    ),
    "CallersDenied": Case({'sdr_rpc_denied_total{caller="unknown"}': "0+30x20 600x40"}, "15m", "30m"),
    "RedisFails": Case({'sdr_redis_errors_total{error_type="TimeoutError"}': "0+3x25 75x40"}, "20m", "40m"),
}
