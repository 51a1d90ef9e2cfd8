"""The dashboards: what each panel asks, in one place."""

from __future__ import annotations

from typing import Final

from monitoring.dashboards import Dashboard, Panel
from monitoring.rules import LEVELS

_COMPONENT = 'component=~"$component"'


def _quantile(share: float, metric: str, by: str = "") -> str:
    grouping = f"le, {by}" if by else "le"
    selected = metric if "{" in metric else f"{metric}{{}}"
    name, _, rest = selected.partition("{")
    return f"histogram_quantile({share}, sum by ({grouping}) (rate({name}_bucket{{{rest}[$__rate_interval])))"


def _rate(metric: str, by: str = "") -> str:
    total = f"rate({metric}[$__rate_interval])"
    return f"sum by ({by}) ({total})" if by else f"sum({total})"


OVERVIEW: Final = Dashboard(
    "sdr-overview",
    "SDR: overview",
    [
        *(
            Panel(
                f"Promise: {level.what} ({level.objective:.2%})",
                [
                    (f'1 - sdr:slo_error_ratio:rate1h{{slo="{level.name}"}}', "last hour"),
                    (f'1 - sdr:slo_error_ratio:rate1d{{slo="{level.name}"}}', "last day"),
                ],
                "percentunit",
                limit=level.objective,
            )
            for level in LEVELS
        ),
        Panel("Processes that answer", [('sum by (component) (up{job="sdr"})', "{{component}}")]),
        Panel("Reached from outside", [('probe_success{job="sdr-probe"}', "{{probe}}")]),
        Panel(
            "Oldest without an end",
            [("max by (mailbox) (sdr_mailbox_oldest_unanswered_seconds)", "{{mailbox}}")],
            "s",
            "Since when the oldest lead's message, or delivery, has had no end.",
            limit=120,
        ),
        Panel(
            "Events on their way to reporting: oldest",
            [("max by (service) (sdr_event_outbox_oldest_wait_seconds)", "{{service}}")],
            "s",
            limit=600,
        ),
        Panel(
            "Chatwoot's answers",
            [
                (
                    _rate("http_client_request_duration_seconds_count", "http_response_status_code"),
                    "{{http_response_status_code}}",
                )
            ],
            "reqps",
            "Status 0: no answer.",
        ),
        Panel(
            "Time to an answer",
            [
                (_quantile(0.5, "sdr_routing_answer_duration_seconds"), "half"),
                (_quantile(0.99, "sdr_routing_answer_duration_seconds"), "99 of 100"),
            ],
            "s",
            "From the lead's first unanswered message to ours in Chatwoot; the wait for the end of a burst is in it.",
            limit=10,
        ),
        Panel("Turns", [(_rate("sdr_gateway_turns_total", "outcome"), "{{outcome}}")], "ops"),
        Panel(
            "Judgements",
            [(_rate("sdr_scoring_qualifications_total", "temperature") + " * 3600", "{{temperature}}")],
            what="Per hour.",
        ),
    ],
    links=[
        ("Service", "sdr-service"),
        ("Conversations", "sdr-conversations"),
        ("Models", "sdr-models"),
        ("Logs", "sdr-logs"),
    ],
)

SERVICE: Final = Dashboard(
    "sdr-service",
    "SDR: one service",
    [
        Panel(
            "Calls by method",
            [(_rate(f"rpc_server_call_duration_seconds_count{{{_COMPONENT}}}", "rpc_method"), "{{rpc_method}}")],
            "reqps",
        ),
        Panel(
            "Time of calls, 99 of 100",
            [(_quantile(0.99, f"rpc_server_call_duration_seconds{{{_COMPONENT}}}", "rpc_method"), "{{rpc_method}}")],
            "s",
        ),
        Panel(
            "Calls that failed",
            [
                (
                    _rate(
                        f'rpc_server_call_duration_seconds_count{{{_COMPONENT},rpc_response_status_code!="OK"}}',
                        "rpc_method, rpc_response_status_code",
                    ),
                    "answered {{rpc_method}} {{rpc_response_status_code}}",
                ),
                (
                    _rate(
                        f'rpc_client_call_duration_seconds_count{{{_COMPONENT},rpc_response_status_code!="OK"}}',
                        "rpc_method, rpc_response_status_code",
                    ),
                    "made {{rpc_method}} {{rpc_response_status_code}}",
                ),
                (_rate(f"sdr_rpc_repeated_calls_total{{{_COMPONENT}}}", "rpc_method"), "repeated {{rpc_method}}"),
                (_rate(f"sdr_rpc_denied_total{{{_COMPONENT}}}", "caller"), "denied to {{caller}}"),
            ],
            "reqps",
        ),
        Panel(
            "HTTP by route and status",
            [
                (
                    _rate(
                        f"http_server_request_duration_seconds_count{{{_COMPONENT}}}",
                        "http_route, http_response_status_code",
                    ),
                    "{{http_route}} {{http_response_status_code}}",
                )
            ],
            "reqps",
        ),
        Panel(
            "Database connections",
            [
                (
                    f"sum by (db_client_connection_pool_name, db_client_connection_state) (db_client_connection_count{{{_COMPONENT}}})",
                    "{{db_client_connection_pool_name}} {{db_client_connection_state}}",
                ),
                (
                    f"sum by (db_client_connection_pool_name) (db_client_connection_max{{{_COMPONENT}}})",
                    "{{db_client_connection_pool_name}} at most",
                ),
                (
                    f"sum by (db_client_connection_pool_name) (db_client_connection_pending_requests{{{_COMPONENT}}})",
                    "{{db_client_connection_pool_name}} waiting",
                ),
                (
                    f"min by (db_client_connection_pool_name) (sdr_database_reached{{{_COMPONENT}}})",
                    "{{db_client_connection_pool_name}} reached",
                ),
            ],
        ),
        Panel(
            "Redis errors", [(_rate(f"sdr_redis_errors_total{{{_COMPONENT}}}", "error_type"), "{{error_type}}")], "ops"
        ),
        Panel(
            "CPU",
            [
                (
                    f"sum by (instance) (rate(process_cpu_seconds_total{{{_COMPONENT}}}[$__rate_interval]))",
                    "{{instance}}",
                )
            ],
            "percentunit",
        ),
        Panel("Traces kept", [(_rate(f"sdr_traces_kept_total{{{_COMPONENT}}}", "reason"), "{{reason}}")], "ops"),
        Panel("Memory", [(f"process_resident_memory_bytes{{{_COMPONENT}}}", "{{instance}}")], "bytes"),
        Panel(
            "HTTP time, 99 of 100",
            [
                (
                    _quantile(0.99, f"http_server_request_duration_seconds{{{_COMPONENT}}}", "http_route"),
                    "{{http_route}}",
                )
            ],
            "s",
        ),
    ],
    by_component=True,
    links=[("Overview", "sdr-overview"), ("Logs", "sdr-logs")],
)

CONVERSATIONS: Final = Dashboard(
    "sdr-conversations",
    "SDR: conversation flow",
    [
        Panel(
            "Events of Chatwoot",
            [(_rate("sdr_gateway_events_total", "outcome, reason"), "{{outcome}} {{reason}}")],
            "ops",
        ),
        Panel(
            "Messages per turn",
            [
                (
                    "sum(rate(sdr_gateway_turn_messages_sum[$__rate_interval])) / sum(rate(sdr_gateway_turn_messages_count[$__rate_interval]))",
                    "mean",
                )
            ],
            what="How bursts coalesce: 1 means that nothing is taken together.",
        ),
        Panel(
            "Turns by outcome",
            [
                (_rate("sdr_gateway_turns_total", "outcome"), "{{outcome}}"),
                (_rate("sdr_gateway_turns_superseded_total"), "overtaken and made anew"),
                (_rate("sdr_gateway_turns_put_back_total", "counted"), "put back (counted: {{counted}})"),
            ],
            "ops",
        ),
        Panel("Why the bot was silent", [(_rate("sdr_gateway_silences_total", "reason"), "{{reason}}")], "ops"),
        Panel(
            "Stages of a turn, 95 of 100",
            [
                (_quantile(0.95, "sdr_gateway_turn_wait_seconds"), "due to claimed"),
                (
                    _quantile(
                        0.95,
                        'rpc_client_call_duration_seconds{rpc_method=~".+/(Respond|Analyze|Qualify|Deliver|Observe)"}',
                        "rpc_method",
                    ),
                    "{{rpc_method}}",
                ),
                (_quantile(0.95, "sdr_gateway_turn_seal_duration_seconds"), "seal"),
                (_quantile(0.95, "sdr_gateway_turn_duration_seconds"), "claimed to closed"),
                (_quantile(0.95, "sdr_routing_delivery_duration_seconds"), "delivery"),
            ],
            "s",
        ),
        Panel(
            "Waiting and worked on",
            [
                ("max by (mailbox) (sdr_mailbox_waiting)", "{{mailbox}} waiting"),
                ("sum by (mailbox) (sdr_mailbox_in_flight)", "{{mailbox}} worked on"),
                ("max by (service) (sdr_event_outbox_waiting)", "events of {{service}}"),
            ],
        ),
        Panel(
            "How late the first of them is",
            [("max by (mailbox) (sdr_mailbox_oldest_wait_seconds)", "{{mailbox}}")],
            "s",
        ),
        Panel(
            "Deliveries",
            [
                (_rate("sdr_routing_deliveries_total", "outcome"), "{{outcome}}"),
                (_rate("sdr_routing_setbacks_total"), "attempts that failed"),
                (_rate('sdr_routing_writes_total{outcome!="done"}', "kind, outcome"), "{{kind}} {{outcome}}"),
                ("max(sdr_routing_dead_letters)", "dead letters now"),
            ],
        ),
        Panel(
            "Sweep",
            [
                ("max(sdr_gateway_sweep_age_seconds)", "seconds since the oldest"),
                ("sum(increase(sdr_gateway_sweep_finds_total[15m]))", "events brought in 15 minutes"),
                (_rate("sdr_gateway_sweeps_total", "outcome") + " * 60", "{{outcome}} per minute"),
            ],
        ),
        Panel("Events to reporting", [(_rate("sdr_event_outbox_events_total", "outcome"), "{{outcome}}")], "ops"),
    ],
    links=[("Overview", "sdr-overview"), ("Models", "sdr-models"), ("Logs", "sdr-logs")],
)

MODELS: Final = Dashboard(
    "sdr-models",
    "SDR: models and cost",
    [
        Panel(
            "Calls",
            [(_rate("sdr_dialogue_model_calls_total", "model, purpose, outcome"), "{{model}} {{purpose}} {{outcome}}")],
            "ops",
        ),
        Panel("Who answers", [(_rate("sdr_dialogue_drafts_total", "engine"), "{{engine}}")], "ops"),
        Panel(
            "Replaced by the next one",
            [(_rate("sdr_dialogue_fallbacks_total", "engine, error_type"), "{{engine}} {{error_type}}")],
            "ops",
        ),
        Panel(
            "Breakers", [("max by (engine) (sdr_dialogue_breaker_open)", "{{engine}}")], what="1: left alone.", limit=1
        ),
        Panel(
            "Time of calls",
            [
                (
                    _quantile(0.5, "gen_ai_client_operation_duration_seconds", "gen_ai_request_model"),
                    "{{gen_ai_request_model}} half",
                ),
                (
                    _quantile(0.95, "gen_ai_client_operation_duration_seconds", "gen_ai_request_model"),
                    "{{gen_ai_request_model}} 95 of 100",
                ),
            ],
            "s",
        ),
        Panel(
            "Cost",
            [
                (
                    "sum by (model, purpose) (rate(sdr_dialogue_model_cost_usd_total[1h])) * 86400",
                    "{{model}} {{purpose}} per day",
                ),
                ("max by (account) (sdr_dialogue_month_cost_usd)", "account {{account}} this month"),
                (
                    "sum by (stops_models) (increase(sdr_dialogue_budgets_reached_total[1d]))",
                    "budgets reached (stopped: {{stops_models}})",
                ),
            ],
            "currencyUSD",
        ),
        Panel(
            "Tokens",
            [
                (
                    _rate("gen_ai_client_token_usage_sum", "gen_ai_request_model, gen_ai_token_type"),
                    "{{gen_ai_request_model}} {{gen_ai_token_type}}",
                )
            ],
            what="Per second.",
        ),
    ],
    links=[("Overview", "sdr-overview"), ("Conversations", "sdr-conversations")],
)

LOGS: Final = Dashboard(
    "sdr-logs",
    "SDR: logs",
    [
        Panel(
            "Lines by service and level",
            [
                (
                    'sum by (service, level) (count_over_time({namespace=~"$namespace", container=~".+"} | json | service != "" [$__interval]))',
                    "{{service}} {{level}}",
                )
            ],
        ),
        Panel(
            "Commonest warnings and errors",
            [
                (
                    'topk(15, sum by (service, event) (count_over_time({namespace=~"$namespace"} | json | level =~ "warning|error" [$__range])))',
                    "{{service}} {{event}}",
                )
            ],
        ),
        Panel(
            "Lines",
            [
                (
                    '{namespace=~"$namespace"} | json | service =~ "$component" | line_format "{{.level}} {{.service}} {{.event}} {{.trace_id}}" |= "$search"',
                    "",
                )
            ],
            kind="logs",
            what="Search for a trace_id or a conversation_id.",
            wide=True,
        ),
    ],
    logs=True,
    links=[("Overview", "sdr-overview"), ("Service", "sdr-service")],
)

DASHBOARDS: Final = (OVERVIEW, SERVICE, CONVERSATIONS, MODELS, LOGS)
