-- came_in_gaps --
-- Leads that came in stretches of time, as they stand now, by all that they are told apart by; from one index alone.
select gap.start as starts_at, dimension, value,
  count(*) as new, count(first_answer_us) as answered, count(score) as judged,
  count(*) filter (where status in ('qualificado', 'completo')) as completed,
  count(*) filter (where temperature = 'quente') as hot,
  count(*) filter (where temperature in ('quente', 'morno')) as warm,
  count(*) filter (where status = 'incompleto') as abandoned,
  count(*) filter (where status = 'em_andamento') as in_progress,
  count(*) filter (where outcome = 'ganho') as won, count(*) filter (where outcome = 'perdido') as lost,
  coalesce(sum(score), 0)::bigint as score_sum
from unnest(%(starts)s::timestamptz[], %(untils)s::timestamptz[]) as gap (start, until)
join lead on account_id = %(account_id)s and first_message_at >= gap.start and first_message_at < gap.until
cross join lateral (values ('', ''), ('temperature', coalesce(temperature, '')), ('channel', coalesce(channel, '')),
  ('inbox_id', case when inbox_id = 0 then '' else inbox_id::text end), ('procedure', procedure),
  ('closer_email', closer_email),
  ('hour', extract(hour from first_message_at at time zone %(zone)s::text)::int::text),
  ('day', (first_message_at at time zone %(zone)s::text)::date::text),
  ('asked', case when status = 'incompleto' then coalesce(asked, '') end)) as told (dimension, value)
where value is not null and dimension = any(%(dimensions)s::text[])
group by gap.start, dimension, value

-- judged_in_gaps --
-- Judgements of stretches of time that no later one followed.
select gap.start as starts_at, (qualified_at at time zone %(zone)s::text)::date as day, temperature,
  count(*) as lead_count, sum(score)::bigint as score_sum
from unnest(%(starts)s::timestamptz[], %(untils)s::timestamptz[]) as gap (start, until)
join qualification on account_id = %(account_id)s and qualified_at >= gap.start and qualified_at < gap.until
  and superseded_at is null
group by gap.start, day, temperature

-- happened_in_gaps --
-- Sales and losses told in stretches of time that still stand, and what models cost in them.
select gap.start as starts_at, (outcome_at at time zone %(zone)s::text)::date as day,
  count(*) filter (where outcome = 'ganho') as sold, count(*) filter (where outcome = 'perdido') as missed,
  0::bigint as cost_micro_usd
from unnest(%(starts)s::timestamptz[], %(untils)s::timestamptz[]) as gap (start, until)
join lead on account_id = %(account_id)s and outcome <> 'aberto' and outcome_at >= gap.start
  and outcome_at < gap.until and updated_at is not null
group by gap.start, day
union all
select gap.start, (occurred_at at time zone %(zone)s::text)::date, 0, 0, sum(cost_micro_usd)::bigint
from unnest(%(starts)s::timestamptz[], %(untils)s::timestamptz[]) as gap (start, until)
join model_cost on account_id = %(account_id)s and occurred_at >= gap.start and occurred_at < gap.until
group by 1, 2

-- counted_days --
-- Whole days of a period that are counted already.
select starts_at, until from report_day
where account_id = %(account_id)s and zone = %(zone)s::text and starts_at >= %(start)s::timestamptz
  and until <= %(until)s::timestamptz
order by starts_at

-- came --
-- Leads that came in a period: counted days, and what lies between them.
select dimension,
  case dimension when 'day' then date_trunc(%(step)s::text, value::date)::date::text else value end as value,
  sum(new)::bigint as new, sum(answered)::bigint as answered, sum(judged)::bigint as judged,
  sum(completed)::bigint as completed, sum(hot)::bigint as hot, sum(warm)::bigint as warm,
  sum(abandoned)::bigint as abandoned, sum(in_progress)::bigint as in_progress, sum(won)::bigint as won,
  sum(lost)::bigint as lost, sum(score_sum)::bigint as score_sum
from ({came_in_gaps}
  union all
  select starts_at, dimension, value, new, answered, judged, completed, hot, warm, abandoned, in_progress, won, lost,
    score_sum
  from report_day join report_came using (account_id, starts_at)
  where account_id = %(account_id)s and zone = %(zone)s::text and starts_at >= %(start)s::timestamptz
    and until <= %(until)s::timestamptz and dimension = any(%(dimensions)s::text[])) as each_
group by 1, 2

-- first_answer --
-- How long the leads that came in a period waited for their first answer.
select count(first_answer_us) as count, sum(first_answer_us) / nullif(count(first_answer_us), 0) as average,
  percentile_disc(array[0.5, 0.9, 0.95]) within group (order by first_answer_us) as percentiles
from lead
where account_id = %(account_id)s and first_message_at >= %(start)s::timestamptz
  and first_message_at < %(until)s::timestamptz

-- judged --
-- Leads judged in a period, each by its latest judgement in it: the one that was not superseded before the end.
select date_trunc(%(step)s::text, day)::date as part, temperature, sum(lead_count)::bigint as lead_count,
  sum(score_sum)::bigint as score_sum
from ({judged_in_gaps}
  union all
  select null, (qualified_at at time zone %(zone)s::text)::date, temperature, count(*), sum(score)::bigint
  from qualification
  where account_id = %(account_id)s and superseded_at >= %(until)s::timestamptz
    and qualified_at >= %(start)s::timestamptz and qualified_at < %(until)s::timestamptz
  group by 2, 3
  union all
  select starts_at, (starts_at at time zone %(zone)s::text)::date, temperature, lead_count, score_sum
  from report_day join report_judged using (account_id, starts_at)
  where account_id = %(account_id)s and zone = %(zone)s::text and starts_at >= %(start)s::timestamptz
    and until <= %(until)s::timestamptz) as each_
group by 1, 2

-- qualification --
-- How long these qualifications took.
select count(took_us) as count, sum(took_us) / nullif(count(took_us), 0) as average,
  percentile_disc(array[0.5, 0.9, 0.95]) within group (order by took_us) as percentiles
from qualification
where account_id = %(account_id)s and qualified_at >= %(start)s::timestamptz and qualified_at < %(until)s::timestamptz
  and (superseded_at is null or superseded_at >= %(until)s::timestamptz)

-- happened --
-- Sales and losses told in a period that still stand, and what models cost in it.
select date_trunc(%(step)s::text, day)::date as part, sum(sold)::bigint as sold, sum(missed)::bigint as missed,
  sum(cost_micro_usd)::bigint as cost_micro_usd
from ({happened_in_gaps}
  union all
  select starts_at, (starts_at at time zone %(zone)s::text)::date, sold, missed, cost_micro_usd from report_day
  where account_id = %(account_id)s and zone = %(zone)s::text and starts_at >= %(start)s::timestamptz
    and until <= %(until)s::timestamptz and (sold > 0 or missed > 0 or cost_micro_usd > 0)) as each_
group by 1

-- voices --
-- Leads for whom a human was called, answers to surveys by rating, and what people said of judgements.
select
  (select count(distinct contact_id) from escalation
   where account_id = %(account_id)s and occurred_at >= %(start)s::timestamptz
     and occurred_at < %(until)s::timestamptz) as escalated,
  (select coalesce(jsonb_object_agg(rating, answer_count), '{}') from (
     select rating, count(*) as answer_count from survey
     where account_id = %(account_id)s and answered_at >= %(start)s::timestamptz
       and answered_at < %(until)s::timestamptz
     group by rating) as ratings) as ratings,
  (select coalesce(jsonb_object_agg(verdict, said_count), '{}') from (
     select verdict, count(*) as said_count from feedback
     where account_id = %(account_id)s and given_at >= %(start)s::timestamptz and given_at < %(until)s::timestamptz
     group by verdict) as verdicts) as verdicts
