-- csv --
-- Leads as lines of a CSV, in the order that is wanted. Texts that a spreadsheet would take for a formula get an
-- apostrophe in front.
copy (
select
  case when name ~ '^[-=+@\t\r]' then '''' || name else name end,
  case when phone ~ '^[-=+@\t\r]' then '''' || phone else phone end,
  coalesce(%(words)s::jsonb ->> status, status), coalesce(%(words)s::jsonb ->> temperature, temperature), score,
  case when procedure ~ '^[-=+@\t\r]' then '''' || procedure else procedure end,
  known_count, coalesce(%(words)s::jsonb ->> channel, channel), nullif(inbox_id, 0),
  case when team ~ '^[-=+@\t\r]' then '''' || team else team end,
  case when closer_email ~ '^[-=+@\t\r]' then '''' || closer_email else closer_email end,
  to_char(first_message_at at time zone %(zone)s::text, %(instant)s::text), (first_answer_us + 500000) / 1000000,
  to_char(qualified_at at time zone %(zone)s::text, %(instant)s::text),
  coalesce(%(words)s::jsonb ->> outcome, outcome),
  to_char(outcome_at at time zone %(zone)s::text, %(instant)s::text),
  to_char(updated_at at time zone %(zone)s::text, %(instant)s::text), contact_id, nullif(conversation_id, 0)
from lead where {which} order by {order}
) to stdout (format csv, delimiter %(delimiter)s)

-- sheet --
-- Leads as cells of a sheet, in the order that is wanted.
select name, phone, coalesce(%(words)s::jsonb ->> status, status) as status,
  coalesce(%(words)s::jsonb ->> temperature, temperature) as temperature, score, procedure, known_count,
  coalesce(%(words)s::jsonb ->> channel, channel) as channel, nullif(inbox_id, 0) as inbox_id, team, closer_email,
  first_message_at at time zone %(zone)s::text as first_message_at, (first_answer_us + 500000) / 1000000 as answer_s,
  qualified_at at time zone %(zone)s::text as qualified_at, coalesce(%(words)s::jsonb ->> outcome, outcome) as outcome,
  outcome_at at time zone %(zone)s::text as outcome_at, updated_at at time zone %(zone)s::text as updated_at, contact_id,
  nullif(conversation_id, 0) as conversation_id
from lead where {which} order by {order}

-- count --
-- How many leads there are, counted up to a limit.
select count(*) as lead_count from (select from lead where {which} limit %(limit)s) as counted

-- which --
-- The leads of a list.
account_id = %(account_id)s and contact_id > 0 and updated_at is not null and {sorted}
  and {filters} and {matches}
