-- lock_accounts --
-- Lets one transaction at a time record for an account, in one order for all: no deadlock, and sequence
-- numbers rise as they commit, which is what pages of a list rely on.
select count(pg_advisory_xact_lock(hashtextextended('reporting.record', account_id))) as lock_count
from (select unnest(%(account_ids)s::bigint[]) as account_id order by 1) as accounts

-- add_events --
-- Adds raw events; one that is there already is left alone and not returned.
insert into event (event_id, account_id, contact_id, occurred_at, kind, body)
select * from unnest(%(event_ids)s::uuid[], %(account_ids)s::bigint[], %(contact_ids)s::bigint[],
  %(occurred_at)s::timestamptz[], %(kinds)s::text[], %(bodies)s::bytea[])
on conflict on constraint event_pk do nothing
returning event_id, seq

-- find_leads --
-- Leads by key.
select lead.* from lead
join unnest(%(account_ids)s::bigint[], %(contact_ids)s::bigint[]) as wanted (account_id, contact_id)
  using (account_id, contact_id)

-- save_leads --
-- Stores leads as they are now.
insert into lead (account_id, contact_id, conversation_id, channel, contact_name, fact_name, name, name_folded,
  told_status, status, procedure, known_count, team, closer_email, qualification_id,
  qualification_version, score, temperature, qualified_at, answered, first_message_at, first_public_at, first_answer_us,
  updated_at, last_seq, stamps, inbox_id, phone, asked, outcome, outcome_at, search_text)
select account_id, contact_id, conversation_id, channel, contact_name, fact_name, name, name_folded,
  told_status, status, procedure, known_count, team, closer_email, qualification_id,
  qualification_version, score, temperature, qualified_at, answered, first_message_at, first_public_at, first_answer_us,
  updated_at, last_seq, stamps, inbox_id, phone, asked, outcome, outcome_at, search_text
from jsonb_to_recordset(%(leads)s::jsonb) as l (account_id bigint, contact_id bigint, conversation_id bigint,
  channel text, contact_name text, fact_name text, name text, name_folded text, told_status text,
  status text, procedure text, known_count int, team text, closer_email text, qualification_id uuid,
  qualification_version int, score int, temperature text, qualified_at timestamptz, answered boolean,
  first_message_at timestamptz, first_public_at timestamptz, first_answer_us bigint, updated_at timestamptz, last_seq bigint, stamps jsonb,
  inbox_id bigint, phone text, asked text, outcome text, outcome_at timestamptz, search_text text)
on conflict on constraint lead_pk do update set
  conversation_id = excluded.conversation_id, channel = excluded.channel, contact_name = excluded.contact_name,
  fact_name = excluded.fact_name, name = excluded.name, name_folded = excluded.name_folded,
  told_status = excluded.told_status, status = excluded.status,
  procedure = excluded.procedure, known_count = excluded.known_count, team = excluded.team,
  closer_email = excluded.closer_email, qualification_id = excluded.qualification_id,
  qualification_version = excluded.qualification_version, score = excluded.score,
  temperature = excluded.temperature, qualified_at = excluded.qualified_at, answered = excluded.answered,
  first_message_at = excluded.first_message_at, first_public_at = excluded.first_public_at,
  first_answer_us = excluded.first_answer_us, updated_at = excluded.updated_at, last_seq = excluded.last_seq, stamps = excluded.stamps,
  inbox_id = excluded.inbox_id, phone = excluded.phone, asked = excluded.asked, outcome = excluded.outcome,
  outcome_at = excluded.outcome_at, search_text = excluded.search_text

-- save_names --
-- Stores what names are found by.
insert into lead_name (account_id, contact_id, grams)
select account_id, contact_id, grams
from jsonb_to_recordset(%(names)s::jsonb) as n (account_id bigint, contact_id bigint, grams text[])
on conflict on constraint lead_name_pk do update set grams = excluded.grams

-- add_first_messages --
-- The first lead message of each turn that had one.
insert into first_message (event_id, account_id, contact_id, first_message_at)
select * from unnest(%(event_ids)s::uuid[], %(account_ids)s::bigint[], %(contact_ids)s::bigint[],
  %(first_message_at)s::timestamptz[])
on conflict on constraint first_message_pk do nothing

-- add_qualifications --
-- Judgements; a judgement never changes, so one that is there already is left alone.
insert into qualification (account_id, qualification_id, contact_id, version, score, temperature, qualified_at)
select * from unnest(%(account_ids)s::bigint[], %(qualification_ids)s::uuid[], %(contact_ids)s::bigint[],
  %(versions)s::int[], %(scores)s::int[], %(temperatures)s::text[], %(qualified_at)s::timestamptz[])
on conflict on constraint qualification_pk do nothing

-- add_escalations --
-- Calls for a human.
insert into escalation (event_id, account_id, contact_id, occurred_at)
select * from unnest(%(event_ids)s::uuid[], %(account_ids)s::bigint[], %(contact_ids)s::bigint[],
  %(occurred_at)s::timestamptz[])
on conflict on constraint escalation_pk do nothing

-- add_reassignments --
-- Leads that were to be given to the next closer.
insert into reassignment (event_id, account_id, contact_id, occurred_at, given)
select * from unnest(%(event_ids)s::uuid[], %(account_ids)s::bigint[], %(contact_ids)s::bigint[],
  %(occurred_at)s::timestamptz[], %(given)s::boolean[])
on conflict on constraint reassignment_pk do nothing

-- add_model_costs --
-- What calls to models cost.
insert into model_cost (event_id, account_id, contact_id, occurred_at, cost_micro_usd)
select * from unnest(%(event_ids)s::uuid[], %(account_ids)s::bigint[], %(contact_ids)s::bigint[],
  %(occurred_at)s::timestamptz[], %(costs)s::bigint[])
on conflict on constraint model_cost_pk do nothing

-- add_surveys --
-- Answers to surveys; of those to one survey the latest stays.
insert into survey as s (account_id, message_id, contact_id, rating, answered_at, event_id)
select distinct on (account_id, message_id) account_id, message_id, contact_id, rating, answered_at, event_id
from unnest(%(event_ids)s::uuid[], %(account_ids)s::bigint[], %(contact_ids)s::bigint[], %(message_ids)s::bigint[],
  %(ratings)s::int[], %(answered_at)s::timestamptz[])
  as told (event_id, account_id, contact_id, message_id, rating, answered_at)
order by account_id, message_id, answered_at desc, event_id desc
on conflict on constraint survey_pk do update set contact_id = excluded.contact_id, rating = excluded.rating,
  answered_at = excluded.answered_at, event_id = excluded.event_id
where (s.answered_at, s.event_id) < (excluded.answered_at, excluded.event_id)

-- add_feedback --
-- What people say of judgements; of what is said of one the latest stays.
insert into feedback as f (account_id, qualification_id, contact_id, verdict, given_at, event_id)
select distinct on (account_id, qualification_id) account_id, qualification_id, contact_id, verdict, given_at, event_id
from unnest(%(event_ids)s::uuid[], %(account_ids)s::bigint[], %(contact_ids)s::bigint[], %(qualification_ids)s::uuid[],
  %(verdicts)s::text[], %(given_at)s::timestamptz[])
  as told (event_id, account_id, contact_id, qualification_id, verdict, given_at)
order by account_id, qualification_id, given_at desc, event_id desc
on conflict on constraint feedback_pk do update set contact_id = excluded.contact_id, verdict = excluded.verdict,
  given_at = excluded.given_at, event_id = excluded.event_id
where (f.given_at, f.event_id) < (excluded.given_at, excluded.event_id)

-- link_qualifications --
-- Works out again, for some leads, when each qualification began, which one followed it and what is wanted:
-- from all that is known now, so that the order in which it became known does not matter.
with ordered as (
  select q.account_id, q.contact_id, q.qualification_id, q.qualified_at,
    lag(q.qualified_at) over of_lead as previous_at, lead(q.qualified_at) over of_lead as superseded_at
  from qualification q
  join unnest(%(account_ids)s::bigint[], %(contact_ids)s::bigint[]) as wanted (account_id, contact_id)
    using (account_id, contact_id)
  window of_lead as (partition by q.account_id, q.contact_id order by q.qualified_at, q.version, q.qualification_id)),
linked as (
  select o.account_id, o.qualification_id, o.superseded_at, l.procedure,
    (extract(epoch from o.qualified_at - (
      select min(m.first_message_at) from first_message m
      where m.account_id = o.account_id and m.contact_id = o.contact_id and m.first_message_at <= o.qualified_at
        and m.first_message_at > coalesce(o.previous_at, '-infinity'))) * 1000000)::bigint as took_us
  from ordered o join lead l using (account_id, contact_id))
update qualification q
set took_us = linked.took_us, superseded_at = linked.superseded_at, procedure = linked.procedure
from linked
where q.account_id = linked.account_id and q.qualification_id = linked.qualification_id
  and (q.took_us, q.superseded_at, q.procedure)
    is distinct from (linked.took_us, linked.superseded_at, linked.procedure)
returning q.account_id, q.qualified_at

-- overview --
-- The figures of a period, as of one snapshot, each table read once and from its index alone. A lead's latest
-- qualification in the period is the one that was not superseded before the period's end.
with judged as materialized (
  select procedure, temperature, count(*) as lead_count, sum(score) as score_sum, sum(took_us) as took_us,
    count(took_us) as took_count
  from qualification
  where account_id = %(account_id)s and qualified_at >= coalesce(%(start)s::timestamptz, '-infinity')
    and qualified_at < %(until)s::timestamptz and (superseded_at is null or superseded_at >= %(until)s::timestamptz)
  group by procedure, temperature),
temperatures as (
  select temperature, sum(lead_count)::bigint as lead_count from judged group by temperature),
wanted as (
  select procedure, sum(lead_count)::bigint as lead_count from judged where procedure <> ''
  group by procedure order by lead_count desc, procedure collate "C" limit 10),
new_leads as (
  select count(*) as new_lead_count, sum(first_answer_us) / nullif(count(first_answer_us), 0) as first_answer_us
  from lead
  where account_id = %(account_id)s and first_message_at >= coalesce(%(start)s::timestamptz, '-infinity')
    and first_message_at < %(until)s::timestamptz),
figures as (
  select coalesce(sum(lead_count), 0)::bigint as qualified_lead_count,
    sum(score_sum) / nullif(sum(lead_count), 0) as average_score,
    sum(took_us) / nullif(sum(took_count), 0) as qualification_us
  from judged)
select figures.*, new_leads.*,
  (select coalesce(jsonb_object_agg(temperature, lead_count), '{}') from temperatures) as temperatures,
  (select coalesce(jsonb_agg(jsonb_build_array(procedure, lead_count)
     order by lead_count desc, procedure collate "C"), '[]') from wanted) as procedures,
  (select count(*) from lead where account_id = %(account_id)s and status = 'em_andamento') as in_progress_lead_count,
  (select count(distinct contact_id) from escalation
   where account_id = %(account_id)s and occurred_at >= coalesce(%(start)s::timestamptz, '-infinity')
     and occurred_at < %(until)s::timestamptz) as escalated_lead_count,
  (select coalesce(sum(cost_micro_usd), 0)::bigint from model_cost
   where account_id = %(account_id)s and occurred_at >= coalesce(%(start)s::timestamptz, '-infinity')
     and occurred_at < %(until)s::timestamptz) as cost_micro_usd
from figures, new_leads

-- lead_costs --
-- What models cost for some leads of an account; a lead without any has no row.
select contact_id, sum(cost_micro_usd)::bigint as cost_micro_usd from model_cost
where account_id = %(account_id)s and contact_id = any(%(contact_ids)s::bigint[])
group by contact_id

-- newest_seq --
-- The greatest sequence number that an account's leads have.
select coalesce(max(last_seq), 0) as seq from lead where account_id = %(account_id)s

-- find_lead --
-- One lead as lists show it.
select * from lead where account_id = %(account_id)s and contact_id = %(contact_id)s and updated_at is not null

-- events_of_lead --
-- What was told of a lead, the latest first; purged bodies left out.
select body from event
where account_id = %(account_id)s and contact_id = %(contact_id)s and body <> ''
  and kind in ('facts_learned', 'lead_qualified', 'lead_escalated', 'outcome_recorded', 'feedback_given', 'survey_answered')
order by occurred_at desc, event_id desc limit 2000
