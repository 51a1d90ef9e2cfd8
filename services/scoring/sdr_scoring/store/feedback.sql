-- lock_lead --
-- Lets one word on a lead at a time be kept, so that times rise as they commit.
select pg_advisory_xact_lock(hashtextextended('scoring.outcome', %(account_id)s::bigint # %(contact_id)s::bigint))

-- latest_outcome --
-- The word that counts.
select outcome, recorded_at from outcome
where account_id = %(account_id)s and contact_id = %(contact_id)s order by recorded_at desc, outcome_id desc limit 1

-- add_outcome --
-- Keeps a word on what became of a lead.
insert into outcome (outcome_id, account_id, contact_id, conversation_id, outcome, recorded_at, actor)
values (gen_random_uuid(), %(account_id)s, %(contact_id)s, %(conversation_id)s, %(outcome)s, clock_timestamp(), %(actor)s)
returning outcome_id, recorded_at

-- subject_of --
-- Whose judgement it is.
select contact_id, conversation_id from qualification
where qualification_id = %(qualification_id)s and account_id = %(account_id)s

-- add_feedback --
-- Keeps a word on a judgement.
insert into feedback (feedback_id, account_id, contact_id, qualification_id, verdict, reason, recorded_at, actor)
values (gen_random_uuid(), %(account_id)s, %(contact_id)s, %(qualification_id)s, %(verdict)s, %(reason)s,
  clock_timestamp(), %(actor)s)
returning feedback_id, recorded_at
