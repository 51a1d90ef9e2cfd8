-- count_schedules --
-- How many schedules an account has; serialises those who add one.
select pg_advisory_xact_lock(hashtextextended('reporting.schedule', %(account_id)s)),
  (select count(*) from schedule where account_id = %(account_id)s) as schedule_count

-- put_schedule --
-- Stores a schedule as it is now.
insert into schedule (schedule_id, account_id, plan, secret, next_at)
values (%(schedule_id)s, %(account_id)s, %(plan)s, %(secret)s, %(next_at)s)
on conflict on constraint schedule_pk do update set plan = excluded.plan, secret = excluded.secret,
  next_at = excluded.next_at

-- find_schedule --
-- One schedule of an account, held until the transaction ends.
select * from schedule where account_id = %(account_id)s and schedule_id = %(schedule_id)s for update

-- list_schedules --
-- An account's schedules by name.
select * from schedule where account_id = %(account_id)s order by lower(plan->>'name'), schedule_id

-- delete_schedule --
-- Removes one.
delete from schedule where account_id = %(account_id)s and schedule_id = %(schedule_id)s

-- due_schedules --
-- Schedules whose moment has come and that no other process holds.
select *, now() as now from schedule where next_at <= now() order by next_at limit %(limit)s for update skip locked

-- move_schedule --
-- Sets a schedule's next moment.
update schedule set next_at = %(next_at)s where schedule_id = %(schedule_id)s

-- add_sendings --
-- Adds what waits; one that is there already is left alone.
insert into sending (sending_id, account_id, kind, owner_id, name, channel, slot_at, period_start, period_until,
  resolved, by_hand, state, due_at)
select sending_id, account_id, kind, owner_id, name, channel, slot_at, period_start, period_until, resolved, by_hand,
  'waiting', coalesce(due_at, now())
from jsonb_to_recordset(%(sendings)s::jsonb) as s (sending_id uuid, account_id bigint, kind text, owner_id uuid,
  name text, channel text, slot_at timestamptz, period_start timestamptz, period_until timestamptz, resolved boolean,
  by_hand boolean, due_at timestamptz)
on conflict on constraint sending_once do nothing

-- find_sending --
-- One report's sending of an account, held until the transaction ends.
select * from sending
where account_id = %(account_id)s and sending_id = %(sending_id)s and kind = 'report' for update

-- page_sendings --
-- Reports' sendings of an account, newest first.
select * from sending
where account_id = %(account_id)s and kind = 'report'
  and (%(schedule_id)s::uuid is null or owner_id = %(schedule_id)s::uuid)
  and (%(after_at)s::timestamptz is null
    or (created_at, sending_id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
order by created_at desc, sending_id desc limit %(limit)s

-- latest_sendings --
-- The latest sending of each schedule of an account.
select latest.* from schedule
cross join lateral (select * from sending where owner_id = schedule.schedule_id
  order by created_at desc, sending_id desc limit 1) as latest
where schedule.account_id = %(account_id)s

-- take_up_sending --
-- Lets one that failed wait again, with all its attempts.
update sending set state = 'waiting', attempt_count = 0, due_at = now(), handed_over = false, lease_owner = '',
  lease_until = null
where sending_id = %(sending_id)s

-- cancel_sendings --
-- Removes what waits of a schedule.
delete from sending where owner_id = %(owner_id)s and state = 'waiting'

-- settle_lost_sendings --
-- What a dead process was handing over: nobody knows whether it arrived.
update sending set state = 'uncertain', problem = 'process_ended', due_at = null, lease_until = null
where state = 'running' and handed_over and lease_until < now()

-- claim_sendings --
-- Takes due ones, and those of dead processes that had not been handed over.
with due as materialized (
  select sending_id from sending
  where (state = 'waiting' and due_at <= now()) or (state = 'running' and not handed_over and lease_until < now())
  order by due_at nulls first limit %(limit)s for update skip locked)
update sending s set state = 'running', attempt_count = s.attempt_count + 1, due_at = null, lease_owner = %(owner)s,
  lease_until = now() + make_interval(secs => %(lease_s)s), handed_over = false
from due where s.sending_id = due.sending_id returning s.*

-- hand_over_sending --
-- From now on nobody knows whether it arrives.
update sending set handed_over = true, lease_until = now() + make_interval(secs => %(lease_s)s)
where sending_id = %(sending_id)s and state = 'running' and lease_owner = %(owner)s
  and attempt_count = %(attempt_count)s and lease_until > now()

-- settle_sending --
-- What an attempt led to.
update sending set state = %(state)s, problem = %(problem)s,
  due_at = case when %(state)s = 'waiting' then now() + make_interval(secs => %(pause_s)s) end,
  sent_at = case when %(state)s = 'sent' then now() end, lease_until = null, handed_over = false
where sending_id = %(sending_id)s and lease_owner = %(owner)s and attempt_count = %(attempt_count)s
  and state in ('running', 'uncertain')

-- period_leads --
-- Leads whose first message came in a period, in its order.
select * from lead
where account_id = %(account_id)s and contact_id > 0 and first_message_at >= coalesce(%(start)s::timestamptz, '-infinity')
  and first_message_at < %(until)s::timestamptz
order by first_message_at, contact_id limit %(limit)s

-- lock_secrets --
-- Every secret of a schedule, held until the transaction ends.
select schedule_id, secret from schedule where secret is not null order by schedule_id for update

-- save_secret --
-- The same secret, sealed anew.
update schedule set secret = %(secret)s where schedule_id = %(schedule_id)s
