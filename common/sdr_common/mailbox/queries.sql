-- ingest --
-- Stores entries that are not there yet and tells their keys' rows when they are due; gives back the
-- new ones. Sorted throughout, so that two of these never wait for each other in a circle. Whether a
-- turn is open does not matter here: the row keeps both, and `due_at` follows.
with given as materialized (
  select g.account_id, g.event, g.ext, g.version, g.key_id, g.stirring, g.traceparent, g.body,
    make_interval(secs => g.idle_s) as idle,
    make_interval(secs => case when g.idle_s = 0 then 0 else g.cap_s end) as cap,
    make_interval(secs => g.quiet_s) as quiet
  from jsonb_to_recordset(%(document)s::jsonb) as g(account_id bigint, event text, ext bigint, version text,
    key_id bigint, stirring boolean, idle_s float8, cap_s float8, quiet_s float8, traceparent text, body jsonb)),
fresh as (
  insert into mailbox_entry (account_id, event, ext, version, key_id, stirring, body, traceparent)
  select account_id, event, ext, version, key_id, stirring, body, traceparent from given
  order by account_id, event, ext, version
  on conflict on constraint mailbox_entry_once_key do nothing
  returning account_id, event, ext, version),
arrived as (
  select g.account_id, g.key_id,
    case when bool_or(g.stirring) then now() end as first_at,
    now() + min(least(g.idle, g.cap)) filter (where g.stirring) as ready_at,
    now() + min(g.cap) filter (where g.stirring) as cap_at,
    now() + min(g.quiet) filter (where not g.stirring) as quiet_at
  from given g join fresh f using (account_id, event, ext, version)
  group by g.account_id, g.key_id),
told as (
  insert into mailbox as m (account_id, key_id, first_at, ready_at, cap_at, quiet_at)
  select account_id, key_id, first_at, ready_at, cap_at, quiet_at from arrived order by account_id, key_id
  on conflict on constraint mailbox_pk do update set
    first_at = coalesce(m.first_at, excluded.first_at),
    ready_at = case when excluded.first_at is null then m.ready_at else least(excluded.ready_at, m.cap_at) end,
    cap_at = least(m.cap_at, excluded.cap_at),
    quiet_at = least(m.quiet_at, excluded.quiet_at),
    wake_at = case when excluded.first_at is null then m.wake_at end,
    wake_reason = case when excluded.first_at is null then m.wake_reason else '' end)
select account_id, event, ext, version from fresh

-- extend --
-- The lead is typing: keys with waiting entries and no open turn wait a little longer, never past
-- their latest moment. Locks in key order, as everything that touches several keys.
with held as materialized (
  select m.account_id, m.key_id, h.idle_s
  from (select account_id, key_id, max(idle_s) as idle_s
      from unnest(%(accounts)s::bigint[], %(keys)s::bigint[], %(idles_s)s::float8[]) as u(account_id, key_id, idle_s)
      group by account_id, key_id) h
    join mailbox m using (account_id, key_id)
  where m.turn is null and m.first_at is not null
  order by m.account_id, m.key_id for no key update of m)
update mailbox m
set ready_at = least(greatest(m.ready_at, now() + make_interval(secs => h.idle_s)), m.cap_at)
from held h where m.account_id = h.account_id and m.key_id = h.key_id

-- next_due --
-- Seconds until the earliest key is due; negative when it is overdue, null when nothing is.
select extract(epoch from min(due_at) - clock_timestamp())::float8 as in_s from mailbox where due_at is not null

-- claim --
-- Takes keys that are due: a new turn gets its number, an open one is redone. Keys that somebody
-- holds right now are skipped. `take` must follow for fresh ones, in the same transaction.
with due as materialized (
  select account_id, key_id, turn is null as fresh,
    turn is null and coalesce(wake_at <= now(), false) as woken,
    extract(epoch from clock_timestamp() - due_at)::float8 as waited_s
  from mailbox where due_at <= now() order by due_at limit %(limit)s for no key update skip locked)
update mailbox m
set owner = %(owner)s, epoch = m.epoch + 1, attempt = m.attempt + 1,
  held_until = now() + make_interval(secs => %(lease_s)s),
  turn = coalesce(m.turn, nextval('mailbox_number')),
  woken_for = case when due.woken then m.wake_reason else m.woken_for end,
  wake_at = case when not due.woken then m.wake_at end,
  wake_reason = case when due.woken then '' else m.wake_reason end
from due where m.account_id = due.account_id and m.key_id = due.key_id
returning m.account_id, m.key_id, m.epoch, due.fresh, due.waited_s

-- supersede --
-- Gives an open turn a new number because newer stirring entries wait; no row when it is not ours,
-- when none wait or when it is sealed. Only locks and numbers: an entry may be read in a later
-- statement only, else its snapshot is older than the lock. `take` follows.
update mailbox
set turn = nextval('mailbox_number'), woken_for = '', held_until = now() + make_interval(secs => %(lease_s)s),
  history = (case when jsonb_array_length(history) >= 20 then history - 0 else history end)
    || jsonb_build_object('what', 'superseded', 'at', extract(epoch from clock_timestamp()), 'turn', turn)
where account_id = %(account_id)s and key_id = %(key_id)s and owner = %(owner)s and epoch = %(epoch)s
  and not sealed and first_at is not null
returning turn

-- take --
-- Freezes every waiting entry of rows that an earlier statement of this transaction locked.
with waiting as materialized (
  select h.account_id, h.key_id, x.seqs
  from unnest(%(accounts)s::bigint[], %(keys)s::bigint[]) as h(account_id, key_id)
    cross join lateral (select coalesce(array_agg(e.seq order by e.seq), '{}') as seqs from mailbox_entry e
      where e.account_id = h.account_id and e.key_id = h.key_id and e.turn is null) x),
grown as (
  update mailbox m
  set entries = m.entries || w.seqs, since = coalesce(m.since, m.first_at),
    first_at = null, ready_at = null, cap_at = null, quiet_at = null
  from waiting w where m.account_id = w.account_id and m.key_id = w.key_id
  returning m.turn, m.entries)
update mailbox_entry e set turn = g.turn
from grown g cross join lateral unnest(g.entries) as s(seq) where e.seq = s.seq

-- load --
-- The open turns that we hold, a row per entry in their order; a turn without entries has one row.
select m.account_id, m.key_id, m.epoch, m.attempt, m.turn, m.since, m.woken_for, m.sealed,
  case when m.sealed then m.answer end as answer,
  e.seq, e.event, e.ext, e.version, e.stirring, e.body::text as body, e.traceparent, e.arrived_at
from unnest(%(accounts)s::bigint[], %(keys)s::bigint[], %(epochs)s::bigint[]) as h(account_id, key_id, epoch)
  join mailbox m on m.account_id = h.account_id and m.key_id = h.key_id and m.epoch = h.epoch and m.owner = %(owner)s
  left join lateral unnest(m.entries) as s(seq) on true
  left join mailbox_entry e on e.seq = s.seq
order by m.account_id, m.key_id, e.ext, e.seq

-- beat --
-- Prolongs leases; gives back those that are still ours. Locks in key order first.
with held as materialized (
  select m.account_id, m.key_id
  from unnest(%(accounts)s::bigint[], %(keys)s::bigint[], %(epochs)s::bigint[]) as h(account_id, key_id, epoch)
    join mailbox m on m.account_id = h.account_id and m.key_id = h.key_id and m.epoch = h.epoch
  where m.owner = %(owner)s
  order by m.account_id, m.key_id for no key update of m)
update mailbox m set held_until = now() + make_interval(secs => %(lease_s)s)
from held where m.account_id = held.account_id and m.key_id = held.key_id
returning m.account_id, m.key_id, m.epoch

-- seal --
-- The point of no return, before the first public effect: fence, staleness and answer in one. No row:
-- not ours. `sealed` false: newer stirring entries wait, and the answer means nothing. One that was
-- sealed before stands.
update mailbox
set sealed = sealed or first_at is null
    or coalesce(since < now() - make_interval(secs => %(patience_s)s), false),
  answer = case when sealed then answer else %(answer)s::bytea end
where account_id = %(account_id)s and key_id = %(key_id)s and owner = %(owner)s and epoch = %(epoch)s
returning sealed

-- close --
-- Ends turns that are still ours. Whether more waits is read from the row, never by looking for
-- entries: a snapshot can be older than the lock. A stirring arrival has the last word over a wake.
with held as materialized (
  select m.account_id, m.key_id, m.turn, m.entries, m.epoch, m.attempt, m.woken_for, m.history, h.outcome, h.wake_at, h.wake_reason, h.cancel
  from unnest(%(accounts)s::bigint[], %(keys)s::bigint[], %(epochs)s::bigint[], %(outcomes)s::text[],
      %(wakes_at)s::timestamptz[], %(wake_reasons)s::text[], %(cancels)s::boolean[])
      as h(account_id, key_id, epoch, outcome, wake_at, wake_reason, cancel)
    join mailbox m on m.account_id = h.account_id and m.key_id = h.key_id and m.epoch = h.epoch
  where m.owner = %(owner)s
  order by m.account_id, m.key_id for no key update of m),
freed as (
  update mailbox m
  set owner = null, attempt = 0, setbacks = 0, held_until = null, turn = null, entries = '{}', since = null,
    woken_for = '', sealed = false, answer = null, history = '[]',
    wake_at = case when m.first_at is null and not held.cancel then coalesce(held.wake_at, m.wake_at) end,
    wake_reason = case when m.first_at is not null or held.cancel then ''
      when held.wake_at is not null then held.wake_reason else m.wake_reason end
  from held where m.account_id = held.account_id and m.key_id = held.key_id),
kept as (
  insert into mailbox_turn (turn, account_id, key_id, entries, epoch, attempt, outcome, woken_for, history)
  select turn, account_id, key_id, entries, epoch, attempt, outcome, woken_for, history from held)
select account_id, key_id, epoch from held

-- fail --
-- Puts a turn back for later, as it is. Not counted: the attempt is given back, and the backoff grows
-- with the setbacks in a row. A hint of the other side replaces the exponential pause.
update mailbox m
set owner = null,
  attempt = case when %(counted)s then m.attempt else greatest(m.attempt - 1, 0) end,
  setbacks = case when %(counted)s then 0 else m.setbacks + 1 end,
  history = (case when jsonb_array_length(m.history) >= 20 then m.history - 0 else m.history end)
    || jsonb_build_object('what', 'put_back', 'at', extract(epoch from clock_timestamp()), 'turn', m.turn,
      'counted', %(counted)s, 'reason', %(reason)s::text),
  held_until = now() + make_interval(secs => case
    when %(retry_after_s)s::float8 is not null then %(retry_after_s)s::float8 * (1 + random() * 0.1)
    else least(%(ceiling_s)s::float8,
        %(base_s)s::float8 * 2 ^ least(case when %(counted)s then m.attempt - 1 else m.setbacks end, 20))
      * (0.75 + random() / 2) end)
where account_id = %(account_id)s and key_id = %(key_id)s and owner = %(owner)s and epoch = %(epoch)s
returning extract(epoch from held_until - now())::float8 as in_s

-- release --
-- Gives turns back at once, attempt included: the process stops, the turn is not at fault.
with held as materialized (
  select m.account_id, m.key_id
  from unnest(%(accounts)s::bigint[], %(keys)s::bigint[], %(epochs)s::bigint[]) as h(account_id, key_id, epoch)
    join mailbox m on m.account_id = h.account_id and m.key_id = h.key_id and m.epoch = h.epoch
  where m.owner = %(owner)s
  order by m.account_id, m.key_id for no key update of m)
update mailbox m set owner = null, attempt = greatest(m.attempt - 1, 0), held_until = now()
from held where m.account_id = held.account_id and m.key_id = held.key_id
returning m.account_id, m.key_id, m.epoch

-- depth --
-- How many keys are due (10,000 at most are counted) and for how long the oldest is; both near nothing while workers
-- keep up. And for how long the oldest arrival is without an end, whether it waits, is worked on or failed: looked for
-- among what is due within ten minutes, which no backoff but an account's closing hours goes beyond.
select (select count(*) from (select 1 from mailbox where due_at <= now() limit 10000) due) as waiting,
  coalesce(extract(epoch from clock_timestamp() - (select min(due_at) from mailbox where due_at <= now())),
    0)::float8 as oldest_s,
  coalesce(extract(epoch from clock_timestamp() - (select min(coalesce(since, first_at)) from mailbox
    where due_at <= now() + interval '10 minutes')), 0)::float8 as unanswered_s
