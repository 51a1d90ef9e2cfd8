-- prepare --
-- What a plan needs of its contact. Locks the contact's row, so that plans of one contact follow one another.
with touched as (
  insert into written_attribute as w (account_id, contact_id) values (%(account_id)s, %(contact_id)s)
  on conflict on constraint written_attribute_pk do update set touched_at = now()
  returning w.current, w.history)
select t.current, t.history, now() as now,
  exists (select 1 from delivery d where d.account_id = %(account_id)s and d.closing
    and d.qualification_id = %(qualification_id)s and d.qualification_id <> '') as closed,
  exists (select 1 from chatwoot_connection c where c.account_id = %(account_id)s) as connected
from touched t

-- take_turn --
-- Counts a lead given in a round; replicas follow one another on the row.
insert into closer_turn as t (account_id, counter, given) values (%(account_id)s, %(counter)s, 1)
on conflict on constraint closer_turn_pk do update set given = t.given + 1
returning given - 1 as count

-- peek_turn --
-- Leads given in a round so far.
select given as count from closer_turn where account_id = %(account_id)s and counter = %(counter)s

-- accept --
-- Stores a delivery, its writes, and what will have been written then.
with accepted as (
  insert into delivery (delivery_id, account_id, conversation_id, contact_id, inbox_id, channel, turn_id,
    last_message_id, handing_off, closing, qualification_id, qualifying, team, closer_email, traceparent,
    waiting_since)
  values (%(delivery_id)s, %(account_id)s, %(conversation_id)s, %(contact_id)s, %(inbox_id)s, %(channel)s, %(turn_id)s,
    %(last_message_id)s, %(handing_off)s, %(closing)s, %(qualification_id)s, %(qualifying)s, %(team)s, %(closer_email)s,
    %(traceparent)s, %(waiting_since)s)
  returning seq),
writes as (
  insert into delivery_write (delivery_id, position, kind, body, sdr_key)
  select %(delivery_id)s, g.position, g.kind, g.body, g.sdr_key
  from jsonb_to_recordset(%(writes)s::jsonb) as g(position int, kind text, body jsonb, sdr_key text)),
remembered as (
  update written_attribute set current = %(current)s::jsonb, history = %(history)s::jsonb
  where account_id = %(account_id)s and contact_id = %(contact_id)s)
select seq from accepted

-- load --
-- Deliveries with their writes, in order of acceptance. What was written since is read only for one that
-- was taken up again.
select d.*,
  case when d.retries > 0 then (select a.current from written_attribute a
    where a.account_id = d.account_id and a.contact_id = d.contact_id) end as written_since,
  (select jsonb_agg(jsonb_build_object('position', w.position, 'kind', w.kind, 'body', w.body, 'sdr_key', w.sdr_key,
      'state', w.state, 'detail', w.detail, 'message_id', w.message_id,
      'settled_at', extract(epoch from w.settled_at),
      'attempt_age_s', extract(epoch from clock_timestamp() - w.attempt_started_at),
      'refusals', w.refusals, 'remedy', w.remedy, 'faults', w.faults,
      'faulty_for_s', extract(epoch from clock_timestamp() - w.faulty_since)) order by w.position)
    from delivery_write w where w.delivery_id = d.delivery_id) as writes
from delivery d where d.delivery_id = any(%(delivery_ids)s::uuid[]) order by d.seq

-- record --
-- Stores where writes and their delivery stand, if the contact is still ours. No row: it is not.
with held as materialized (
  select 1 as ours from mailbox
  where account_id = %(account_id)s and key_id = %(key_id)s and owner = %(owner)s and epoch = %(epoch)s for share),
given as (
  select g.position, g.state, g.detail, g.message_id, g.attempt, g.fault
  from held, jsonb_to_recordset(%(marks)s::jsonb)
    as g(position int, state text, detail text, message_id bigint, attempt text, fault text)),
marked as (
  update delivery_write w
  set state = g.state, detail = g.detail,
    message_id = case when g.state = 'pending' then w.message_id else g.message_id end,
    faults = w.faults + (g.fault = 'counted')::int,
    faulty_since = case when g.fault <> '' then coalesce(w.faulty_since, clock_timestamp()) else w.faulty_since end,
    attempt_started_at = case g.attempt when 'begun' then clock_timestamp() when 'over' then null
      else w.attempt_started_at end,
    settled_at = case when g.state <> 'pending' then clock_timestamp() end
  from given g where w.delivery_id = %(delivery_id)s and w.position = g.position),
counted as (
  update delivery d
  set attempts = d.attempts + %(failures)s::int, state = coalesce(%(state)s::text, d.state),
    settled_at = case when %(state)s::text is not null then clock_timestamp() end
  from held
  where d.delivery_id = %(delivery_id)s and (%(failures)s::int > 0 or %(state)s::text is not null))
select clock_timestamp() as now from held

-- append --
-- Adds a write at the end of a delivery, if the contact is still ours.
insert into delivery_write (delivery_id, position, kind, body, sdr_key)
select %(delivery_id)s, %(position)s, %(kind)s, %(body)s::jsonb, %(sdr_key)s
from mailbox where account_id = %(account_id)s and key_id = %(key_id)s and owner = %(owner)s and epoch = %(epoch)s
for share of mailbox

-- find_refused --
-- The write behind a message that the channel refused, by Chatwoot's id or by key, with its delivery locked.
select d.delivery_id, d.seq, d.account_id, d.conversation_id, d.contact_id, d.inbox_id, d.channel, d.traceparent,
  d.state, extract(epoch from clock_timestamp() - w.settled_at) as settled_for_s,
  (select max(o.position) + 1 from delivery_write o where o.delivery_id = d.delivery_id) as next_position,
  jsonb_build_object('position', w.position, 'kind', w.kind, 'body', w.body, 'sdr_key', w.sdr_key,
    'state', w.state, 'detail', w.detail, 'message_id', w.message_id, 'settled_at', extract(epoch from w.settled_at),
    'attempt_age_s', null, 'refusals', w.refusals, 'remedy', w.remedy, 'faults', w.faults,
    'faulty_for_s', null) as write
from delivery_write w join delivery d on d.delivery_id = w.delivery_id
where d.account_id = %(account_id)s and w.kind = 'message'
  and (w.message_id = %(message_id)s and w.message_id > 0
    or w.delivery_id = %(keyed_delivery_id)s::uuid and w.sdr_key = %(sdr_key)s)
order by d.seq desc limit 1 for update of d

-- refuse --
-- Stores what becomes of a refused message, adds writes, and takes the delivery up again.
with changed as (
  update delivery_write
  set state = %(state)s, detail = %(detail)s, body = %(body)s::jsonb, sdr_key = %(sdr_key)s, refusals = %(refusals)s,
    remedy = %(remedy)s, attempt_started_at = null,
    settled_at = case when %(state)s <> 'pending' then clock_timestamp() end
  where delivery_id = %(delivery_id)s and position = %(position)s),
added as (
  insert into delivery_write (delivery_id, position, kind, body, sdr_key)
  select %(delivery_id)s, g.position, g.kind, g.body, g.sdr_key
  from jsonb_to_recordset(%(added)s::jsonb) as g(position int, kind text, body jsonb, sdr_key text))
update delivery set state = 'pending', settled_at = null where delivery_id = %(delivery_id)s

-- hand_over --
-- Who got a conversation, the latest first; what a human's answer kept from being given is left out.
select account_id, conversation_id, contact_id, inbox_id, channel, turn_id, last_message_id, qualification_id, team,
  closer_email, state
from delivery
where account_id = %(account_id)s and conversation_id = %(conversation_id)s and closer_email <> ''
  and state <> 'dropped'
order by seq desc limit 20

-- is_under_way --
-- Whether a conversation has a delivery that is not settled; one that waits for long is rare, so they are few.
select exists (select 1 from delivery
  where account_id = %(account_id)s and conversation_id = %(conversation_id)s and state = 'pending') as found

-- remember --
-- Values that are being written into a contact outside a plan.
insert into written_attribute as w (account_id, contact_id, current)
values (%(account_id)s, %(contact_id)s, %(values)s::jsonb)
on conflict on constraint written_attribute_pk do update set current = w.current || excluded.current

-- forget --
-- Values that were not written after all: the next plan writes them anew.
update written_attribute set current = current - %(keys)s::text[]
where account_id = %(account_id)s and contact_id = %(contact_id)s

-- find --
-- The id of an account's delivery and where it stands.
select delivery_id, state from delivery where account_id = %(account_id)s and delivery_id = %(delivery_id)s

-- revive --
-- Takes a dead delivery up again; what is done stays done.
with revived as (
  update delivery set state = 'pending', settled_at = null, retries = retries + 1
  where account_id = %(account_id)s and delivery_id = %(delivery_id)s and state = 'dead'
  returning delivery_id, seq, retries, contact_id, traceparent),
pending as (
  update delivery_write w
  set state = 'pending', detail = '', settled_at = null, remedy = '', faults = 0, faulty_since = null,
    -- What the channel refused lies in Chatwoot under its old key.
    sdr_key = case when w.refusals > 0 then split_part(w.sdr_key, '~', 1) || '~' || w.refusals else w.sdr_key end,
    message_id = case when w.refusals > 0 then 0 else w.message_id end
  from revived r where w.delivery_id = r.delivery_id and w.state = 'dead')
select seq, retries, contact_id, traceparent from revived

-- count_dead --
-- How many deliveries wait for an operator; 1,000 at most are counted, by their own index.
select count(*) as dead from (select 1 from delivery where state = 'dead' limit 1000) d

-- list_dead --
-- Dead deliveries of an account, newest first.
select d.delivery_id, d.seq from delivery d
where d.account_id = %(account_id)s and d.state = 'dead' and (%(before)s::bigint is null or d.seq < %(before)s)
  and (%(conversation_id)s = 0 or d.conversation_id = %(conversation_id)s)
  and (%(kind)s = '' or exists (select 1 from delivery_write w
    where w.delivery_id = d.delivery_id and w.state = 'dead' and w.kind = %(kind)s))
order by d.seq desc limit %(limit)s

-- oldest_dead --
-- Dead deliveries of an account, oldest first.
select d.delivery_id from delivery d
where d.account_id = %(account_id)s and d.state = 'dead'
  and (%(conversation_id)s = 0 or d.conversation_id = %(conversation_id)s)
  and (%(kind)s = '' or exists (select 1 from delivery_write w
    where w.delivery_id = d.delivery_id and w.state = 'dead' and w.kind = %(kind)s))
order by d.seq limit %(limit)s

-- list_of_conversation --
-- A conversation's deliveries, newest first.
select delivery_id, seq from delivery
where account_id = %(account_id)s and conversation_id = %(conversation_id)s
  and (%(before)s::bigint is null or seq < %(before)s)
order by seq desc limit %(limit)s

-- find_connection --
-- An account's connection.
select * from chatwoot_connection where account_id = %(account_id)s

-- put_connection --
-- Stores a connection; connecting again replaces it and keeps when it was first made.
insert into chatwoot_connection (account_id, chatwoot_url, chatwoot_account_id, admin_token, bot_token, bot_id,
  webhook_url, chatwoot_version)
values (%(account_id)s, %(chatwoot_url)s, %(chatwoot_account_id)s, %(admin_token)s, %(bot_token)s, %(bot_id)s,
  %(webhook_url)s, %(chatwoot_version)s)
on conflict on constraint chatwoot_connection_pk do update set chatwoot_url = excluded.chatwoot_url,
  chatwoot_account_id = excluded.chatwoot_account_id, admin_token = excluded.admin_token,
  bot_token = excluded.bot_token, bot_id = excluded.bot_id, webhook_url = excluded.webhook_url,
  chatwoot_version = excluded.chatwoot_version, updated_at = now()

-- lock_secrets --
-- Every connection's tokens, held until the transaction's end.
select account_id, admin_token, bot_token from chatwoot_connection order by account_id for update

-- save_secrets --
-- The same tokens under another key.
update chatwoot_connection set admin_token = %(admin_token)s, bot_token = %(bot_token)s
where account_id = %(account_id)s

-- lock_answers --
-- Stored answers of connections: they hold a webhook's secret, sealed.
select request_id, answer from idempotency where method = %(method)s and answer is not null for update

-- save_answer --
-- The same answer with its secret under another key.
update idempotency set answer = %(answer)s where request_id = %(request_id)s
