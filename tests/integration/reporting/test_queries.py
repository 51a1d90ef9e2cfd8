from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from sdr_common.migrate import migrate
from sdr_reporting.store.lists import COSTS, LISTS
from sdr_reporting.store.postgres import QUERIES
from sdr_reporting.store.reports import REPORTS
from tests.support.postgres import PostgresServer, with_database

LEAD_COUNT = 12_000
"""Enough that an index pays, few enough to be made in a second."""

ALL = {**QUERIES, **LISTS, **COSTS, **REPORTS}

FILL = """
insert into lead (account_id, contact_id, conversation_id, channel, contact_name, fact_name, name, name_folded,
  told_status, status, procedure, known_count, team, closer_email, qualification_id,
  qualification_version, score, temperature, qualified_at, answered, first_message_at, first_public_at, first_answer_us,
  updated_at, last_seq, stamps, inbox_id, outcome, outcome_at, search_text)
select 7, n, n, 'whatsapp', name, '', name, name,
  status, status, (array['botox','laser','acne'])[1 + n % 3], n % 6, '', (array['ana@c.example','',''])[1 + n % 3],
  gen_random_uuid(), 1, n % 131, (array['quente','morno','frio','muito_frio'])[1 + n % 4],
  began + interval '6 minutes', true,
  began, began + interval '20 seconds', 20000000,
  began + interval '7 minutes', n, '{}', case when n % 500 = 0 then 9 else 4 end,
  case when n % 300 = 0 then 'ganho' else 'aberto' end, case when n % 300 = 0 then began + interval '1 day' end,
  name || E'\n\n'
from (select n, timestamptz '2026-03-03' - make_interval(mins => n) as began,
    (array['ana','maria','jose','joao','bia'])[1 + n % 5] || ' '
      || (array['silva','souza','conceicao','avila'])[1 + n / 5 % 4] || ' ' || substr(md5(n::text), 1, 6) as name,
    case when n % 1000 = 0 then 'escalado' when n % 10 = 0 then 'em_andamento' else 'qualificado' end as status
  from generate_series(1, %(count)s) n) as leads;
insert into lead_name
select 7, contact_id, array(select distinct '7:' || substr(name, i, length)
  from generate_series(1, 3) length, generate_series(1, length(name) - length + 1) i) from lead
where contact_id % 4 = 0 or contact_id = 1;
insert into first_message select gen_random_uuid(), 7, contact_id, first_message_at from lead;
insert into qualification
select 7, qualification_id, contact_id, 1, score, temperature, qualified_at, 360000000, null, procedure
from lead;
insert into survey select 7, contact_id, contact_id, 1 + contact_id % 5, updated_at, gen_random_uuid() from lead;
insert into feedback
select 7, qualification_id, contact_id, 'certo', updated_at, gen_random_uuid() from lead;
insert into escalation
select gen_random_uuid(), 7, contact_id, updated_at from lead where status = 'escalado' or contact_id % 20 = 0;
insert into model_cost
select gen_random_uuid(), 7, contact_id, first_message_at + make_interval(secs => 20 * n), 600
from lead, generate_series(1, 3) n;
insert into event (event_id, account_id, contact_id, occurred_at, kind, body)
select gen_random_uuid(), 7, contact_id, updated_at, 'turn_finished', '' from lead order by contact_id;
vacuum analyze
"""
"""Leads of one account, a minute apart, each judged once."""


@pytest.fixture(scope="module")
def many_leads(postgres: PostgresServer) -> str:
    """A database with many leads, made once per run for all plans; only read."""
    return with_database(postgres.url, postgres.make_template("many_leads", _fill))


def _fill(url: str) -> None:
    migrate(url, "reporting", "sdr_reporting")
    with psycopg.connect(url, autocommit=True, options="-c search_path=reporting") as conn:
        for statement in FILL.split(";"):
            conn.execute(statement.replace("%(count)s", str(LEAD_COUNT)).encode())


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
        ("came_before", {}, "lead_came"),
        ("first_answer", {}, "lead_came"),
        ("judged", {}, "qualification_by_time"),
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
        ("list_moved_leads", {"snapshot": 11_990}, "lead_by_seq"),
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
    with psycopg.connect(many_leads, options="-c search_path=reporting") as conn:
        plan = conn.execute(f"explain {ALL[name]}".encode(), defaults).fetchall()
    assert index in "\n".join(line for (line,) in plan)
