"""A reporting database with many leads, made by a few statements: for plans and for measurements."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from sdr_common.migrate import migrate

NEWEST = datetime(2026, 3, 3, tzinfo=UTC)
"""When the newest lead came, unless told otherwise."""

_FILL = """
insert into lead (account_id, contact_id, conversation_id, channel, contact_name, fact_name, name, name_folded,
  told_status, status, procedure, known_count, team, closer_email, qualification_id,
  qualification_version, score, temperature, qualified_at, answered, first_message_at, first_public_at, first_answer_us,
  updated_at, last_seq, stamps, inbox_id, asked, outcome, outcome_at, search_text)
select %(account)s, n, n, case when n % 7 = 0 then 'instagram' else 'whatsapp' end, name, '', name, name,
  status, status,
  (array['botox','laser','acne','peeling','preenchimento','limpeza_de_pele','bioestimulador',''])[1 + chance % 8],
  n % 6, '', (array['ana@c.example','bia@c.example','caio@c.example','','',''])[1 + n % 6],
  case when judged then gen_random_uuid() end, case when judged then 1 end,
  case when judged then chance % 131 end,
  case when judged then (array['quente','morno','morno','frio','frio','frio','muito_frio'])[1 + chance % 7] end,
  case when judged then began + took end, true,
  began, began + answer, extract(epoch from answer) * 1000000,
  began + took + interval '1 minute', n, '{}', case when n % 500 = 0 then 9 else 4 + n % 3 end,
  (array['nome','interesse','urgencia','conhecimento','localizacao','motivacao'])[1 + chance % 6],
  case when sold then case when n % 3 = 0 then 'ganho' else 'perdido' end else 'aberto' end,
  case when sold then began + make_interval(hours => (24 + chance % 240)::int) end, name || E'\n\n'
from (select n, n * 7919 % 1000003 as chance, began, name, status, status in ('qualificado', 'completo') as judged,
    status = 'qualificado' and n % 4 = 0 as sold,
    make_interval(secs => 5 + (n * 7919 % 1000003) / 25000.0) as answer,
    make_interval(secs => 90 + (n * 104729 % 1000003) / 500.0) as took
  from (select n, timestamptz '%(newest)s' - make_interval(secs => n * %(apart)s) as began,
    (array['ana','maria','jose','joao','bia'])[1 + n % 5] || ' '
      || (array['silva','souza','conceicao','avila'])[1 + n / 5 % 4] || ' ' || substr(md5(n::text), 1, 6) as name,
    case when n % 1000 = 0 then 'escalado' when n < 3000 and n % 5 = 0 then 'em_andamento'
      when n % 10 < 3 then 'incompleto' when n % 10 = 4 then 'completo' else 'qualificado' end as status
    from generate_series(1::bigint, %(count)s) n) as numbered) as leads;
insert into lead_name
select %(account)s, contact_id, array(select distinct '%(account)s:' || substr(name, i, length)
  from generate_series(1, 3) length, generate_series(1, length(name) - length + 1) i) from lead
where contact_id % %(every)s = 0 or contact_id = 1;
insert into first_message select gen_random_uuid(), %(account)s, contact_id, first_message_at from lead;
insert into qualification
select %(account)s, qualification_id, contact_id, 1, score, temperature, qualified_at,
  extract(epoch from qualified_at - first_message_at) * 1000000, null, procedure
from lead where qualification_id is not null;
insert into qualification
select account_id, gen_random_uuid(), contact_id, 1, score / 2, 'frio', qualified_at - interval '1 minute',
  took_us - 60000000, qualified_at, procedure
from qualification where contact_id % 5 = 0;
insert into survey
select %(account)s, contact_id, contact_id, 1 + contact_id % 5, updated_at, gen_random_uuid() from lead
where contact_id % 8 = 0;
insert into feedback
select %(account)s, qualification_id, contact_id, 'certo', updated_at, gen_random_uuid() from lead
where qualification_id is not null;
insert into escalation
select gen_random_uuid(), %(account)s, contact_id, updated_at from lead
where status = 'escalado' or contact_id % 20 = 0;
insert into model_cost
select gen_random_uuid(), %(account)s, contact_id, first_message_at + make_interval(secs => 20 * n),
  600 + contact_id % 50
from lead, generate_series(1, 3) n;
insert into event (event_id, account_id, contact_id, occurred_at, kind, body)
select gen_random_uuid(), %(account)s, contact_id, updated_at, 'turn_finished', '' from lead order by contact_id;
vacuum analyze
"""
"""Leads, most of them judged, each fifth of them twice; their first answers and judgements took all kinds of times."""


def fill(
    url: str,
    lead_count: int,
    *,
    searchable_every: int = 1,
    account_id: int = 7,
    newest: datetime = NEWEST,
    apart_s: float = 60,
) -> None:
    """Migrates a database and fills it.

    Args:
        url: An empty database.
        lead_count: Leads.
        searchable_every: One lead in so many is found by parts of its name: making those costs most of the time.
        account_id: Whose.
        newest: When the newest lead came, but for `apart_s`.
        apart_s: Seconds between two leads.
    """
    migrate(url, "reporting", "sdr_reporting")
    values = {
        "%(count)s": str(lead_count),
        "%(every)s": str(searchable_every),
        "%(account)s": str(account_id),
        "%(newest)s": newest.isoformat(),
        "%(apart)s": str(apart_s),
    }
    with psycopg.connect(url, autocommit=True, options="-c search_path=reporting -c timezone=UTC") as conn:
        for statement in _FILL.split(";"):
            for placeholder, value in values.items():
                statement = statement.replace(placeholder, value)  # noqa: PLW2901  (numbers and an instant of ours)
            conn.execute(statement.encode())
