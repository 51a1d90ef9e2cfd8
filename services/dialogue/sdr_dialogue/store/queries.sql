-- load --
-- Everything that one burst needs, in one round trip: the lead, the conversation, its newest lines without
-- the burst's own, its newest turns. Replies only of the newest ten turns; what a turn learned only while it
-- may still be superseded. A contact of 0 stands for the conversation's own.
select now() as now, w.lead_id,
  (select m.cost_micro_usd from account_month m where m.account_id = %(account_id)s
    and m.month = date_trunc('month', now() at time zone 'UTC')::date) as spent,
  (select row_to_json(l) from lead l where l.account_id = %(account_id)s and l.contact_id = w.lead_id) as lead,
  exists (select from lead_phone p where p.account_id = %(account_id)s and p.lead_id = w.lead_id) as phone_known,
  (select json_agg(x order by x.created_at) from (
    select c.created_at, c.summary from conversation c
    where c.account_id = %(account_id)s and c.conversation_id <> %(conversation_id)s
      and c.contact_id in (select contacts_of(%(account_id)s, w.lead_id))
    order by c.created_at desc limit 3) x) as earlier,
  (select row_to_json(c) from conversation c
    where c.account_id = %(account_id)s and c.conversation_id = %(conversation_id)s) as conversation,
  (select json_agg(x order by x.message_id) from (
    select i.message_id, i.speaker, i.text, i.said_at, i.changed_at, i.deleted, i.asks, i.attachments from line i
    where i.account_id = %(account_id)s and i.conversation_id = %(conversation_id)s
      and not (i.message_id = any(%(without)s::bigint[]))
    order by i.message_id desc limit %(line_limit)s) x) as lines,
  (select json_agg(x order by x.turn_id) from (
    select t.turn_id, t.message_ids, t.answered_at, t.asks, t.ended, t.opted_out, t.disqualification,
      t.confirmed_at is not null as confirmed, t.superseded_by is not null as superseded, t.nudge, t.sentiment,
      case when row_number() over newest <= 10 then t.reply else '' end as reply,
      case when t.superseded_by is null and row_number() over newest <= 10 then t.learned end as learned,
      case when t.superseded_by is null and row_number() over newest <= 10 then t.before end as before
    from turn t where t.account_id = %(account_id)s and t.conversation_id = %(conversation_id)s
    window newest as (order by t.turn_id desc)
    order by t.turn_id desc limit 200) x) as turns
from (select lead_of(%(account_id)s, case when %(contact_id)s > 0 then %(contact_id)s
  else (select o.contact_id from conversation o
    where o.account_id = %(account_id)s and o.conversation_id = %(conversation_id)s) end) as lead_id) w

-- save --
-- Writes an answered burst.
with fence as (
  insert into lead (account_id, contact_id, facts, written, ended, opted_out, status, started_at, revision)
  select %(account_id)s, %(lead_id)s, %(facts)s::jsonb, %(written)s::jsonb, %(lead_ended)s, %(lead_opted_out)s,
    %(status)s, %(started_at)s, 1 where lead_of(%(account_id)s, %(contact_id)s) = %(lead_id)s
  on conflict on constraint lead_pk do update set facts = excluded.facts, written = excluded.written,
    ended = excluded.ended, opted_out = excluded.opted_out, status = excluded.status,
    started_at = excluded.started_at, revision = lead.revision + 1, updated_at = now()
  where lead.revision = %(revision)s
  returning lead.revision),
known as (
  insert into conversation as c (account_id, conversation_id, contact_id, inbox_id, channel)
  select %(account_id)s, %(conversation_id)s, %(contact_id)s, %(inbox_id)s, %(channel)s from fence
  on conflict on constraint conversation_pk do update set contact_id = excluded.contact_id,
    inbox_id = excluded.inbox_id, channel = excluded.channel,
    summary = case when c.judged_turn_id = any(%(replaced)s::bigint[]) then '' else c.summary end,
    behaviour = case when c.judged_turn_id = any(%(replaced)s::bigint[]) then null else c.behaviour end
  where (c.contact_id, c.inbox_id, c.channel) is distinct from
      (excluded.contact_id, excluded.inbox_id, excluded.channel)
    or c.judged_turn_id = any(%(replaced)s::bigint[])),
said as (
  insert into line as i (account_id, conversation_id, message_id, speaker, text, said_at, changed_at, deleted, asks,
    attachments)
  select %(account_id)s, %(conversation_id)s, x.message_id, x.speaker, x.text, x.said_at, x.changed_at, x.deleted,
    x.asks, x.attachments
  from fence cross join json_to_recordset(%(lines)s::json) as x (message_id bigint, speaker text, text text,
    said_at timestamptz, changed_at timestamptz, deleted boolean, asks text, attachments text[])
  order by x.message_id
  on conflict on constraint line_pk do update set text = excluded.text, changed_at = excluded.changed_at,
    deleted = excluded.deleted
  where not i.deleted and i.changed_at <= excluded.changed_at
    and (i.text, i.deleted) is distinct from (excluded.text, excluded.deleted)),
shown as (
  update turn t set confirmed_at = now() from fence
  where t.account_id = %(account_id)s and t.conversation_id = %(conversation_id)s
    and t.turn_id = any(%(confirmed)s::bigint[]) and t.confirmed_at is null
    and not (t.turn_id = any(%(replaced)s::bigint[]))),
unsent as (
  update turn t set superseded_by = %(turn_id)s from fence
  where t.account_id = %(account_id)s and t.conversation_id = %(conversation_id)s
    and t.turn_id = any(%(replaced)s::bigint[]) and t.turn_id <> %(turn_id)s),
answered as (
  insert into turn (account_id, conversation_id, turn_id, message_ids, reply, asks, learned, before, ended, opted_out,
    disqualification, sentiment, engine, prompt_version, settings_version, input_tokens, output_tokens,
    cost_micro_usd, answered_at, verdicts)
  select %(account_id)s, %(conversation_id)s, %(turn_id)s, %(message_ids)s::bigint[], %(reply)s, %(asks)s,
    %(learned)s::jsonb, %(before)s::jsonb, %(ended)s, %(opted_out)s, %(disqualification)s::jsonb,
    %(sentiment)s, %(engine)s, %(prompt_version)s, %(settings_version)s, %(input_tokens)s, %(output_tokens)s,
    %(cost_micro_usd)s, %(answered_at)s, %(verdicts)s::jsonb from fence
  on conflict on constraint turn_pk do update set message_ids = excluded.message_ids, reply = excluded.reply,
    asks = excluded.asks, learned = excluded.learned, before = excluded.before, ended = excluded.ended,
    opted_out = excluded.opted_out, disqualification = excluded.disqualification, sentiment = excluded.sentiment,
    engine = excluded.engine, prompt_version = excluded.prompt_version, settings_version = excluded.settings_version,
    input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
    cost_micro_usd = excluded.cost_micro_usd, answered_at = excluded.answered_at, verdicts = excluded.verdicts)
select revision from fence

-- save_nudge --
-- Keeps a reminder as a turn that asks again; it stands behind the messages of the turn before it.
insert into turn (account_id, conversation_id, turn_id, message_ids, reply, asks, engine, prompt_version,
  settings_version, answered_at, nudge)
values (%(account_id)s, %(conversation_id)s, %(turn_id)s, %(message_ids)s::bigint[], %(reply)s, %(asks)s,
  %(engine)s, '', %(settings_version)s, %(answered_at)s, true)

-- cite --
-- What the answer of a turn rests on, for one that searched the knowledge.
update turn set citations = %(citations)s::jsonb, knowledge_version = %(knowledge_version)s
where account_id = %(account_id)s and conversation_id = %(conversation_id)s and turn_id = %(turn_id)s

-- change_lines --
-- Edits and deletes lines that are stored; an edit older than what is known, or of a deleted line, does nothing.
update line i set text = x.text, changed_at = x.changed_at, deleted = x.deleted
from json_to_recordset(%(changes)s::json) as x (account_id bigint, conversation_id bigint, message_id bigint, text text,
  changed_at timestamptz, deleted boolean)
where i.account_id = x.account_id and i.conversation_id = x.conversation_id and i.message_id = x.message_id
  and not i.deleted and (x.deleted or i.changed_at <= x.changed_at)
  and (i.text, i.deleted) is distinct from (x.text, x.deleted)

-- load_seen --
-- What observations of several conversations need, in their order: the lines they name, the newest ten turns.
select now() as now,
  (select json_agg(x) from (
    select i.message_id, i.speaker, i.text, i.said_at, i.changed_at, i.deleted, i.asks, i.attachments from line i
    where i.account_id = w.account_id and i.conversation_id = w.conversation_id
      and i.message_id in (select value::bigint from json_array_elements_text(w.message_ids))
    order by i.message_id) x) as lines,
  (select json_agg(x order by x.turn_id) from (
    select t.turn_id, t.message_ids, t.answered_at, t.asks, t.ended, t.opted_out, t.disqualification, t.reply,
      t.confirmed_at is not null as confirmed, t.superseded_by is not null as superseded, t.nudge
    from turn t where t.account_id = w.account_id and t.conversation_id = w.conversation_id
    order by t.turn_id desc limit 10) x) as turns
from json_to_recordset(%(wanted)s::json) as w (position int, account_id bigint, conversation_id bigint, message_ids json)
order by w.position

-- save_seen --
-- Writes what was observed in several conversations: new lines, confirmed replies, unknown conversations.
with known as (
  insert into conversation (account_id, conversation_id, contact_id, inbox_id, channel)
  select distinct on (x.account_id, x.conversation_id) x.account_id, x.conversation_id, x.contact_id, x.inbox_id,
    x.channel
  from json_to_recordset(%(conversations)s::json) as x (account_id bigint, conversation_id bigint, contact_id bigint,
    inbox_id bigint, channel text)
  order by x.account_id, x.conversation_id
  on conflict on constraint conversation_pk do nothing),
shown as (
  update turn t set confirmed_at = now()
  from json_to_recordset(%(confirmed)s::json) as x (account_id bigint, conversation_id bigint, turn_id bigint)
  where t.account_id = x.account_id and t.conversation_id = x.conversation_id and t.turn_id = x.turn_id
    and t.confirmed_at is null)
insert into line as i (account_id, conversation_id, message_id, speaker, text, said_at, changed_at, deleted, asks,
  attachments)
select distinct on (x.account_id, x.conversation_id, x.message_id) x.account_id, x.conversation_id, x.message_id,
  x.speaker, x.text, x.said_at, x.changed_at, x.deleted, x.asks, x.attachments
from json_to_recordset(%(lines)s::json) as x (account_id bigint, conversation_id bigint, message_id bigint, speaker text,
  text text, said_at timestamptz, changed_at timestamptz, deleted boolean, asks text, attachments text[])
order by x.account_id, x.conversation_id, x.message_id
on conflict on constraint line_pk do nothing

-- take_back --
-- Turns whose end of a qualification was never delivered: they count as replaced, by themselves, and the lead
-- is being qualified again; what it taught stays.
with unsent as (
  update turn t set superseded_by = t.turn_id
  where t.account_id = %(account_id)s and t.conversation_id = %(conversation_id)s
    and t.turn_id = any(%(turn_ids)s::bigint[]) and t.superseded_by is null
  returning t.turn_id)
update lead l set ended = null, revision = l.revision + 1, updated_at = now()
from conversation c
where c.account_id = %(account_id)s and c.conversation_id = %(conversation_id)s
  and l.account_id = c.account_id and l.contact_id = lead_of(c.account_id, c.contact_id)
  and exists (select 1 from unsent)

-- save_judgement --
-- Writes a judgement, all or nothing, under the lead's revision; what it changed goes with the turn, so that
-- superseding the turn takes it back.
with fence as (
  insert into lead (account_id, contact_id, facts, written, ended, opted_out, status, started_at, revision)
  values (%(account_id)s, %(lead_id)s, %(facts)s::jsonb, %(written)s::jsonb, %(lead_ended)s::text, %(lead_opted_out)s,
    %(status)s::text, %(started_at)s, 1)
  on conflict on constraint lead_pk do update set facts = excluded.facts, written = excluded.written,
    revision = lead.revision + 1, updated_at = now()
  where lead.revision = %(revision)s
  returning lead.revision),
judged as (
  update conversation c set summary = %(summary)s, behaviour = %(behaviour)s, judged_turn_id = %(turn_id)s
  from fence where c.account_id = %(account_id)s and c.conversation_id = %(conversation_id)s),
changed as (
  update turn t set learned = t.learned || %(learned)s::jsonb, before = (t.before - %(kinds)s::text[]) || %(before)s::jsonb
  from fence where t.account_id = %(account_id)s and t.conversation_id = %(conversation_id)s
    and t.turn_id = %(turn_id)s)
select revision from fence

-- turns --
-- One page of turns, newest first.
select turn_id, answered_at, message_ids, reply, asks, learned, engine, prompt_version, settings_version,
  input_tokens, output_tokens, cost_micro_usd, sentiment, verdicts, citations, knowledge_version,
  (select a.number from part_activation a where a.account_id = turn.account_id
    and a.settings_version <= turn.settings_version order by a.settings_version desc limit 1) as prompt_number
from turn
where account_id = %(account_id)s and conversation_id = %(conversation_id)s
  and (%(before_turn_id)s = 0 or turn_id < %(before_turn_id)s)
order by turn_id desc limit %(limit)s
