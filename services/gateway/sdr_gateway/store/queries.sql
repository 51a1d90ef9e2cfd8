-- account_ids --
-- Every connected account.
select account_id from account

-- find_account --
-- One connected account, secrets sealed.
select account_id, chatwoot_url, chatwoot_account_id, chatwoot_version, admin_token_sealed, webhook_secret_sealed,
  path_secret_sealed, connected_at,
  (select jsonb_object_agg(f.contact_id, extract(epoch from f.forgotten_at)) from forgotten_lead f
    where f.account_id = %(account_id)s) as forgotten
from account where account_id = %(account_id)s

-- save_account --
-- Keeps a connection; the first one's time stays the baseline, and the path secret never changes.
insert into account as a (account_id, chatwoot_url, chatwoot_account_id, chatwoot_version, admin_token_sealed,
  webhook_secret_sealed, path_secret_sealed)
values (%(account_id)s, %(chatwoot_url)s, %(chatwoot_account_id)s, %(chatwoot_version)s, %(admin_token_sealed)s,
  %(webhook_secret_sealed)s, %(path_secret_sealed)s)
on conflict on constraint account_pk do update set
  chatwoot_url = excluded.chatwoot_url, chatwoot_account_id = excluded.chatwoot_account_id,
  chatwoot_version = excluded.chatwoot_version, admin_token_sealed = excluded.admin_token_sealed,
  webhook_secret_sealed = excluded.webhook_secret_sealed, updated_at = now()
returning connected_at

-- find_conversation --
-- What is remembered of a conversation; always one row, with the database's time.
select clock_timestamp() as now, c.phase, c.paused_by, c.chatwoot_status, c.human_assigned, c.snapshot_at,
  c.last_message_id, c.waiting_since, c.question_open, c.nudged, c.human_at,
  c.handed_off_for, c.noticed_at
from (select 1) as one
  left join conversation c on c.account_id = %(account_id)s and c.conversation_id = %(conversation_id)s

-- save_conversation --
-- Stores what a turn leaves behind and its events, only for the holder of the conversation's mailbox; no row: not ours.
with saved as (
  insert into conversation as c (account_id, conversation_id, phase, paused_by, paused_at, chatwoot_status,
    human_assigned, snapshot_at, last_message_id, waiting_since, question_open, nudged, human_at,
    handed_off_for, noticed_at)
  select %(account_id)s, %(conversation_id)s, %(phase)s, %(paused_by)s,
    case when %(phase)s = 'paused' then now() end, %(chatwoot_status)s, %(human_assigned)s, %(snapshot_at)s,
    %(last_message_id)s, %(waiting_since)s, %(question_open)s, %(nudged)s, %(human_at)s, %(handed_off_for)s,
    %(noticed_at)s
  from mailbox m
  where m.account_id = %(account_id)s and m.key_id = %(conversation_id)s and m.owner = %(owner)s
    and m.epoch = %(epoch)s
  for no key update of m
  on conflict on constraint conversation_pk do update set
    phase = excluded.phase, paused_by = excluded.paused_by,
    paused_at = case when excluded.phase = 'paused' then coalesce(c.paused_at, excluded.paused_at) end,
    chatwoot_status = excluded.chatwoot_status, human_assigned = excluded.human_assigned,
    snapshot_at = excluded.snapshot_at, last_message_id = excluded.last_message_id,
    waiting_since = excluded.waiting_since, question_open = excluded.question_open, nudged = excluded.nudged,
    human_at = excluded.human_at, handed_off_for = excluded.handed_off_for, noticed_at = excluded.noticed_at,
    updated_at = now()
  returning 1 as saved),
told as (
  insert into event_outbox (event_id, body, traceparent)
  select e.id, e.body, %(event_traceparent)s
  from saved, unnest(%(event_ids)s::uuid[], %(event_bodies)s::bytea[]) as e (id, body)
  on conflict (event_id) do nothing)
select saved from saved

-- claim_sweep --
-- Takes the account that waits longest for its sweep; one sweeper at a time, whatever becomes of it.
with next as materialized (
  select account_id from account
  where (swept_at is null or swept_at < now() - make_interval(secs => %(interval_s)s))
    and (sweep_lease_until is null or sweep_lease_until < now())
  order by swept_at nulls first limit 1 for update skip locked)
update account a set sweep_owner = %(owner)s, sweep_lease_until = now() + make_interval(secs => %(lease_s)s)
from next where a.account_id = next.account_id
returning a.account_id, now() as now, a.swept_at, a.swept_until, a.connected_at

-- beat_sweep --
-- Prolongs a sweep's lease; no row: it is somebody else's.
update account set sweep_lease_until = now() + make_interval(secs => %(lease_s)s)
where account_id = %(account_id)s and sweep_owner = %(owner)s returning 1 as held

-- finish_sweep --
-- Gives the account back; `swept_until` moves only when the sweep saw everything up to it.
update account set sweep_owner = null, sweep_lease_until = null, swept_at = now(),
  swept_until = coalesce(%(swept_until)s::timestamptz, swept_until)
where account_id = %(account_id)s and sweep_owner = %(owner)s

-- oldest_sweep --
-- Since when the account that waits longest was not swept to its end; there are few accounts.
select coalesce(extract(epoch from now() - min(coalesce(swept_until, connected_at))), 0)::float8 as oldest_s from account

-- chatwoot_urls --
-- Addresses of connected Chatwoots, each once; there are few accounts.
select distinct chatwoot_url from account order by chatwoot_url limit %(limit)s

-- sweep_positions --
-- How far listings have gone, and what is remembered, for some conversations of an account.
select h.conversation_id, coalesce(p.swept_through_id, 0) as swept_through_id,
  coalesce(c.chatwoot_status, '') as chatwoot_status, coalesce(c.human_assigned, false) as human_assigned,
  coalesce(c.snapshot_at, 0) as snapshot_at
from unnest(%(conversation_ids)s::bigint[]) as h(conversation_id)
  left join sweep_position p on p.account_id = %(account_id)s and p.conversation_id = h.conversation_id
  left join conversation c on c.account_id = %(account_id)s and c.conversation_id = h.conversation_id

-- move_sweep_position --
-- Notes how far a listing went; never backwards.
insert into sweep_position as p (account_id, conversation_id, swept_through_id)
values (%(account_id)s, %(conversation_id)s, %(swept_through_id)s)
on conflict on constraint sweep_position_pk do update
set swept_through_id = greatest(p.swept_through_id, excluded.swept_through_id)

-- forget_lead --
-- Puts up the tombstone; a lead that is forgotten again is forgotten up to now.
insert into forgotten_lead as f (account_id, contact_id, request_id)
values (%(account_id)s, %(contact_id)s, %(request_id)s)
on conflict on constraint forgotten_lead_pk do update
set forgotten_at = now(), request_id = excluded.request_id, settled_at = null
where f.request_id <> excluded.request_id
returning forgotten_at

-- forgotten_at --
-- When a lead was forgotten.
select forgotten_at from forgotten_lead where account_id = %(account_id)s and contact_id = %(contact_id)s

-- unsettled_leads --
-- Leads that were forgotten a while ago and whose late traces are still to be erased.
select account_id, contact_id, request_id from forgotten_lead
where settled_at is null and forgotten_at < now() - make_interval(secs => %(after_s)s)
order by forgotten_at limit %(limit)s

-- settle_lead --
-- Nothing of a forgotten lead is on its way any more.
update forgotten_lead set settled_at = now()
where account_id = %(account_id)s and contact_id = %(contact_id)s and request_id = %(request_id)s

-- lock_secrets --
-- Every account's sealed secrets, held until the transaction's end.
select account_id, admin_token_sealed, webhook_secret_sealed, path_secret_sealed from account
order by account_id for update

-- save_secrets --
-- The same secrets under another key.
update account set admin_token_sealed = %(admin_token_sealed)s, webhook_secret_sealed = %(webhook_secret_sealed)s,
  path_secret_sealed = %(path_secret_sealed)s
where account_id = %(account_id)s

-- note_ignored --
-- Adds up what was told and not kept, for many conversations at once; in key order.
insert into ignored_event as i (account_id, conversation_id, reason, event_count, first_at, last_at, last_message_id)
select g.account_id, g.conversation_id, g.reason, g.event_count, now(), now(), g.message_id
from jsonb_to_recordset(%(noted)s::jsonb)
  as g(account_id bigint, conversation_id bigint, reason text, event_count bigint, message_id bigint)
order by g.account_id, g.conversation_id, g.reason
on conflict on constraint ignored_event_pk do update set event_count = i.event_count + excluded.event_count,
  last_at = excluded.last_at, last_message_id = greatest(i.last_message_id, excluded.last_message_id)

-- list_ignored --
-- What a conversation was told that was not kept.
select reason, event_count, last_at, last_message_id from ignored_event
where account_id = %(account_id)s and conversation_id = %(conversation_id)s

-- list_turns --
-- Turns of a conversation that ended, newest first.
select turn, entries, attempt, outcome, woken_for, history, closed_at from mailbox_turn
where account_id = %(account_id)s and key_id = %(conversation_id)s and (%(before)s::bigint = 0 or turn < %(before)s)
order by turn desc limit %(limit)s

-- list_failed_turns --
-- Turns that were given up, newest first.
select turn, key_id, attempt, history, closed_at from mailbox_turn
where account_id = %(account_id)s and outcome = 'poison' and (%(before)s::bigint = 0 or turn < %(before)s)
order by turn desc limit %(limit)s

-- show_mailbox --
-- Where a conversation's mailbox stands.
select turn, entries, attempt, woken_for, history, held_until, owner is not null as held, due_at, wake_at, wake_reason
from mailbox where account_id = %(account_id)s and key_id = %(conversation_id)s

-- show_entries --
-- Entries without what was said: those of some turns, or those that wait.
select seq, ext, arrived_at, stirring, traceparent, body ->> 'kind' as kind, coalesce((body ->> 'swept')::boolean, false) as swept,
  (body ->> 'contact_id')::bigint as contact_id
from mailbox_entry
where seq = any(%(seqs)s::bigint[])
  or (%(waiting)s and account_id = %(account_id)s and key_id = %(conversation_id)s and turn is null)
order by seq

-- claim_pulse --
-- Takes the account of which reporting was told nothing for the longest; one process at a time.
with next as materialized (
  select account_id from account
  where pulsed_at is null or pulsed_at < now() - make_interval(secs => %(interval_s)s)
  order by pulsed_at nulls first limit 1 for update skip locked)
update account a set pulsed_at = now() from next where a.account_id = next.account_id
returning a.account_id, now() as now

-- claim_retention --
-- Takes the account whose old records wait longest to be erased; one process at a time.
with next as materialized (
  select account_id from account
  where retained_at is null or retained_at < now() - make_interval(secs => %(interval_s)s)
  order by retained_at nulls first limit 1 for update skip locked)
update account a set retained_at = now() from next where a.account_id = next.account_id returning a.account_id

-- postpone_retention --
-- A service did not answer: the account is taken up again soon.
update account set retained_at = now() - make_interval(secs => %(interval_s)s) + make_interval(secs => %(pause_s)s)
where account_id = %(account_id)s
