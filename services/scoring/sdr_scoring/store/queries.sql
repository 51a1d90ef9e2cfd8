-- add_qualification --
-- Stores a judgement under the lead's next version. The counter's row serialises concurrent judgements of
-- one lead and sees the latest count; the clock is read after that, so that versions and times rise together.
with counted as (
  insert into lead as l (account_id, contact_id, qualification_count)
  values (%(account_id)s, %(contact_id)s, 1)
  on conflict on constraint lead_pk do update set qualification_count = l.qualification_count + 1
  returning l.qualification_count)
insert into qualification (
  qualification_id, account_id, contact_id, version, conversation_id, turn_id, score, temperature,
  rubric_version, qualified_at, judgement)
select gen_random_uuid(), %(account_id)s, %(contact_id)s, counted.qualification_count, %(conversation_id)s,
  %(turn_id)s, %(score)s, %(temperature)s, %(rubric_version)s, clock_timestamp(), %(judgement)s
from counted
returning qualification_id, version, rubric_version, qualified_at, judgement

-- find_qualification --
-- One judgement of one account.
select qualification_id, version, rubric_version, qualified_at, judgement from qualification
where qualification_id = %(qualification_id)s and account_id = %(account_id)s

-- list_qualifications --
-- A lead's judgements without their reasons, newest first.
select qualification_id, version, conversation_id, turn_id, score, temperature, qualified_at from qualification
where account_id = %(account_id)s and contact_id = %(contact_id)s and (%(before)s = 0 or version < %(before)s)
order by version desc limit %(limit)s

-- latest_qualifications --
-- Of the leads that were judged last, so many, each one's latest judgement.
select q.contact_id, q.conversation_id, q.judgement
from qualification q join lead l on l.account_id = q.account_id and l.contact_id = q.contact_id
  and l.qualification_count = q.version
where q.account_id = %(account_id)s order by q.qualified_at desc limit %(limit)s
