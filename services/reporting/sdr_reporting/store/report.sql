-- came --
-- Leads that came in a period, as they stand now, by all that they are told apart by; from one index alone.
with came as (
  select coalesce(temperature, '') as temperature, coalesce(channel, '') as channel,
    case when inbox_id = 0 then '' else inbox_id::text end as inbox_id, procedure, closer_email,
    extract(hour from first_message_at at time zone %(zone)s::text)::int::text as hour,
    date_trunc(%(step)s::text, first_message_at at time zone %(zone)s::text)::date as part,
    case when status = 'incompleto' then coalesce(asked, '') end as asked, status, score, outcome, first_answer_us
  from lead
  where account_id = %(account_id)s and first_message_at >= %(start)s::timestamptz
    and first_message_at < %(until)s::timestamptz)
select grouping(temperature, channel, inbox_id, procedure, closer_email, hour, part, asked) as kept,
  temperature, channel, inbox_id, procedure, closer_email, hour, part, asked,
  count(*) as new, count(first_answer_us) as answered, count(score) as judged,
  count(*) filter (where status in ('qualificado', 'completo')) as completed,
  count(*) filter (where temperature = 'quente') as hot,
  count(*) filter (where temperature in ('quente', 'morno')) as warm,
  count(*) filter (where status = 'incompleto') as abandoned,
  count(*) filter (where status = 'em_andamento') as in_progress,
  count(*) filter (where outcome = 'ganho') as won, count(*) filter (where outcome = 'perdido') as lost,
  coalesce(sum(score), 0)::bigint as score_sum
from came
group by grouping sets
  ((), (temperature), (channel), (inbox_id), (procedure), (closer_email), (hour), (part), (asked))

-- came_before --
-- The same of the period before, told apart by nothing.
select count(*) as new, count(first_answer_us) as answered, count(score) as judged,
  count(*) filter (where status in ('qualificado', 'completo')) as completed,
  count(*) filter (where temperature = 'quente') as hot,
  count(*) filter (where temperature in ('quente', 'morno')) as warm,
  count(*) filter (where status = 'incompleto') as abandoned,
  count(*) filter (where status = 'em_andamento') as in_progress,
  count(*) filter (where outcome = 'ganho') as won, count(*) filter (where outcome = 'perdido') as lost,
  coalesce(sum(score), 0)::bigint as score_sum
from lead
where account_id = %(account_id)s and first_message_at >= %(start)s::timestamptz
  and first_message_at < %(until)s::timestamptz

-- first_answer --
-- How long the leads that came in a period waited for their first answer.
select count(first_answer_us) as count, avg(first_answer_us::numeric) as average,
  percentile_disc(array[0.5, 0.9, 0.95]) within group (order by first_answer_us) as percentiles
from lead
where account_id = %(account_id)s and first_message_at >= %(start)s::timestamptz
  and first_message_at < %(until)s::timestamptz

-- judged --
-- Leads judged in a period, each by its latest judgement in it: the one that was not superseded before the end.
select date_trunc(%(step)s::text, qualified_at at time zone %(zone)s::text)::date as part, temperature,
  count(*) as lead_count, sum(score)::bigint as score_sum
from qualification
where account_id = %(account_id)s and qualified_at >= %(start)s::timestamptz and qualified_at < %(until)s::timestamptz
  and (superseded_at is null or superseded_at >= %(until)s::timestamptz)
group by part, temperature

-- qualification --
-- How long these qualifications took.
select count(took_us) as count, avg(took_us::numeric) as average,
  percentile_disc(array[0.5, 0.9, 0.95]) within group (order by took_us) as percentiles
from qualification
where account_id = %(account_id)s and qualified_at >= %(start)s::timestamptz and qualified_at < %(until)s::timestamptz
  and (superseded_at is null or superseded_at >= %(until)s::timestamptz)

-- happened --
-- Sales and losses told in a period that still stand, and what models cost in it.
select part, sum(sold)::bigint as sold, sum(missed)::bigint as missed, sum(cost_micro_usd)::bigint as cost_micro_usd
from (
  select date_trunc(%(step)s::text, outcome_at at time zone %(zone)s::text)::date as part,
    count(*) filter (where outcome = 'ganho') as sold, count(*) filter (where outcome = 'perdido') as missed,
    0 as cost_micro_usd
  from lead
  where account_id = %(account_id)s and outcome <> 'aberto' and outcome_at >= %(start)s::timestamptz
    and outcome_at < %(until)s::timestamptz and updated_at is not null
  group by 1
  union all
  select date_trunc(%(step)s::text, occurred_at at time zone %(zone)s::text)::date, 0, 0, sum(cost_micro_usd)
  from model_cost
  where account_id = %(account_id)s and occurred_at >= %(start)s::timestamptz and occurred_at < %(until)s::timestamptz
  group by 1) as each_
group by part

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
