-- record --
-- Adds what a piece of work cost to its turn and to the account's month, and says what is to be told now.
with paid as (
  insert into spending as s (account_id, conversation_id, contact_id, turn_id, purpose, engine, prompt_version,
    input_tokens, cached_tokens, output_tokens, cost_micro_usd)
  values (%(account_id)s, %(conversation_id)s, %(contact_id)s, %(turn_id)s, %(purpose)s, %(engine)s, %(prompt_version)s,
    %(input_tokens)s, %(cached_tokens)s, %(output_tokens)s, %(cost_micro_usd)s)
  on conflict on constraint spending_pk do update set input_tokens = s.input_tokens + excluded.input_tokens,
    cached_tokens = s.cached_tokens + excluded.cached_tokens, output_tokens = s.output_tokens + excluded.output_tokens,
    cost_micro_usd = s.cost_micro_usd + excluded.cost_micro_usd, spent_at = now())
insert into account_month as m (account_id, month, cost_micro_usd, alerted_at, stopped_at)
values (%(account_id)s, date_trunc('month', now() at time zone 'UTC')::date, %(cost_micro_usd)s,
  case when %(alert)s > 0 and %(cost_micro_usd)s >= %(alert)s then now() end,
  case when %(stop)s > 0 and %(cost_micro_usd)s >= %(stop)s then now() end)
on conflict on constraint account_month_pk do update set cost_micro_usd = m.cost_micro_usd + excluded.cost_micro_usd,
  alerted_at = coalesce(m.alerted_at,
    case when %(alert)s > 0 and m.cost_micro_usd + excluded.cost_micro_usd >= %(alert)s then now() end),
  stopped_at = coalesce(m.stopped_at,
    case when %(stop)s > 0 and m.cost_micro_usd + excluded.cost_micro_usd >= %(stop)s then now() end)
returning m.cost_micro_usd, coalesce(m.alerted_at = now(), false) as alert, coalesce(m.stopped_at = now(), false) as stop

-- by_engine --
-- What an account's models cost in a period, by model, purpose and prompt version.
select engine, purpose, prompt_version, count(*) as call_count, count(distinct contact_id) as lead_count,
  sum(input_tokens)::bigint as input_tokens, sum(cached_tokens)::bigint as cached_tokens,
  sum(output_tokens)::bigint as output_tokens, sum(cost_micro_usd)::bigint as cost_micro_usd
from spending
where account_id = %(account_id)s and spent_at >= %(since)s and spent_at < %(until)s
group by engine, purpose, prompt_version order by sum(cost_micro_usd) desc, engine, purpose, prompt_version

-- of_month --
-- Where an account stands this month: one row or none.
select cost_micro_usd, alerted_at, stopped_at from account_month
where account_id = %(account_id)s and month = date_trunc('month', now() at time zone 'UTC')::date

-- of_leads --
-- How many leads a period cost money for, and how much altogether.
select count(distinct contact_id) as lead_count, coalesce(sum(cost_micro_usd), 0)::bigint as cost_micro_usd
from spending where account_id = %(account_id)s and spent_at >= %(since)s and spent_at < %(until)s
