from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from sdr_reporting.store.days import DAYS
from sdr_reporting.store.lists import COSTS, LISTS
from sdr_reporting.store.postgres import QUERIES
from sdr_reporting.store.reports import REPORTS
from tests.support.many_leads import fill
from tests.support.postgres import PostgresServer, with_database

LEAD_COUNT = 8_000
"""Enough that an index pays, few enough to be made in a second."""

ALL = {**QUERIES, **LISTS, **COSTS, **REPORTS, **DAYS}


@pytest.fixture(scope="module")
def many_leads(postgres: PostgresServer) -> str:
    """A database with many leads, made once per run for all plans; only read."""
    return with_database(postgres.url, postgres.make_template("many_leads", _fill))


def _fill(url: str) -> None:
    fill(url, LEAD_COUNT, searchable_every=4)


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_query_can_be_planned_on_the_migrated_schema(planned: Callable[[str], str], name: str) -> None:
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", ALL[name]))
    with psycopg.connect(planned("reporting"), options="-c search_path=reporting") as conn:
        plan = conn.execute(f"explain {ALL[name]}".encode(), parameters).fetchall()
    assert plan


@pytest.mark.parametrize(
    ("name", "parameters", "index"),
    [
        ("list_leads", {}, "lead_by_news"),
        ("list_leads", {"status": "escalado"}, "lead_by_status"),
        ("list_leads", {"temperature": "quente"}, "lead_by_temperature"),
        ("search_recent_leads", {"pattern": "%maria%"}, "lead_by_news"),
        ("search_leads", {"pattern": "%c4ca4%", "grams": ["7:c4c", "7:4ca", "7:ca4"]}, "lead_name_by_gram"),
        ("overview", {}, "qualification_by_time"),
        ("overview", {}, "lead_came"),
        ("came", {}, "lead_came"),
        ("first_answer", {}, "lead_came"),
        ("judged", {}, "qualification_by_time"),
        ("judged", {}, "qualification_superseded"),
        ("first_lead", {}, "lead_came"),
        ("qualification", {}, "qualification_by_time"),
        ("happened", {}, "lead_by_outcome"),
        ("happened", {}, "model_cost_by_time"),
        ("voices", {}, "survey_by_time"),
        ("voices", {}, "feedback_by_time"),
        ("list_leads", {"outcome": "ganho"}, "lead_of_outcome"),
        ("list_leads", {"inbox_id": 9}, "lead_by_inbox"),
        ("leads_by_score", {}, "lead_by_score"),
        ("leads_newest", {}, "lead_came"),
        ("leads_oldest", {}, "lead_came"),
        ("leads_by_score_found", {"pattern": "%c4ca4%", "grams": ["7:c4c", "7:4ca", "7:ca4"]}, "lead_name_by_gram"),
        ("events_of_lead", {"contact_id": 5}, "event_of_lead"),
        ("overview", {}, "escalation_by_time"),
        ("overview", {}, "model_cost_by_time"),
        ("lead_costs", {"contact_ids": list(range(1, 51))}, "model_cost_of_lead"),
        ("list_moved_leads", {"snapshot": 7_990}, "lead_by_seq"),
        ("find_leads", {"account_ids": [7], "contact_ids": [5]}, "lead_pk"),
        ("link_qualifications", {"account_ids": [7], "contact_ids": [5]}, "first_message_of_lead"),
    ],
)
def test_a_query_finds_its_index_among_many_leads(
    many_leads: str, name: str, parameters: dict[str, object], index: str
) -> None:
    defaults: dict[str, object] = dict.fromkeys(re.findall(r"%\((\w+)\)s", ALL[name]))
    defaults |= {"account_id": 7, "snapshot": 10**9, "limit": 51} | parameters
    if name in {"overview", *REPORTS}:
        defaults |= {"start": "2026-03-02", "until": "2026-03-03", "zone": "America/Sao_Paulo", "step": "day"}
        defaults |= {"starts": ["2026-03-02"], "untils": ["2026-03-02T03:00:00Z"], "dimensions": ["", "hour"]}
    with psycopg.connect(many_leads, options="-c search_path=reporting") as conn:
        plan = conn.execute(f"explain {ALL[name]}".encode(), defaults).fetchall()
    assert index in "\n".join(line for (line,) in plan)
