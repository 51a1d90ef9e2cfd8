"""A reporting database with many leads, made by a few statements: for plans and for measurements."""

from __future__ import annotations

import psycopg

from sdr_common.migrate import migrate

_FILL = """
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
where contact_id % %(every)s = 0 or contact_id = 1;
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
"""Leads of account 7, a minute apart, each judged once."""


def fill(url: str, lead_count: int, *, searchable_every: int = 1) -> None:
    """Migrates a database and fills it.

    Args:
        url: An empty database.
        lead_count: Leads.
        searchable_every: One lead in so many is found by parts of its name: making those costs most of the time.
    """
    migrate(url, "reporting", "sdr_reporting")
    values = {"%(count)s": str(lead_count), "%(every)s": str(searchable_every)}
    with psycopg.connect(url, autocommit=True, options="-c search_path=reporting") as conn:
        for statement in _FILL.split(";"):
            for placeholder, value in values.items():
                statement = statement.replace(placeholder, value)  # noqa: PLW2901  (numbers of ours)
            conn.execute(statement.encode())
