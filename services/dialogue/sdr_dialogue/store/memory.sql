-- claim_phone --
-- Whose phone it is: the lead that had it first, or this one from now on.
insert into lead_phone as p (account_id, phone_hash, lead_id)
select %(account_id)s, sha256(convert_to(k.key || ':' || %(account_id)s::bigint || ':' || %(phone)s::text, 'UTF8')),
  lead_of(%(account_id)s, %(contact_id)s) from phone_key k
on conflict on constraint lead_phone_pk do update set lead_id = p.lead_id
returning lead_id

-- leads --
-- Two leads, each held until the end of the transaction, in an order that everybody keeps.
select l.*, to_json(l.started_at) #>> '{}' as started from lead l
where l.account_id = %(account_id)s and l.contact_id = any(%(contact_ids)s::bigint[])
order by l.contact_id for update

-- lead_ids --
-- Under which contacts the facts of two contacts are kept.
select lead_of(%(account_id)s, %(kept)s) as kept, lead_of(%(account_id)s, %(gone)s) as gone

-- link --
-- Makes a contact, and every contact that was its lead, another contact's.
with moved as (
  update lead_link set lead_id = %(kept)s, linked_at = now()
  where account_id = %(account_id)s and lead_id = %(gone)s and contact_id <> %(kept)s),
phones as (update lead_phone set lead_id = %(kept)s where account_id = %(account_id)s and lead_id = %(gone)s),
freed as (delete from lead_link where account_id = %(account_id)s and contact_id = %(kept)s),
dropped as (delete from lead where account_id = %(account_id)s and contact_id = %(gone)s)
insert into lead_link (account_id, contact_id, lead_id) values (%(account_id)s, %(gone)s, %(kept)s)
on conflict on constraint lead_link_pk do update set lead_id = excluded.lead_id, linked_at = now()

-- put_lead --
-- Writes a united lead.
insert into lead (account_id, contact_id, facts, written, ended, opted_out, status, started_at, revision)
values (%(account_id)s, %(contact_id)s, %(facts)s::jsonb, %(written)s::jsonb, %(lead_ended)s, %(lead_opted_out)s,
  %(status)s, %(started_at)s, 1)
on conflict on constraint lead_pk do update set facts = excluded.facts, written = excluded.written,
  ended = excluded.ended, opted_out = excluded.opted_out, status = excluded.status,
  started_at = excluded.started_at, revision = lead.revision + 1, updated_at = now()

-- moved_conversation --
-- A conversation is the other contact's now.
update conversation set contact_id = %(contact_id)s
where account_id = %(account_id)s and conversation_id = %(conversation_id)s

-- known_of --
-- Of whom something is stored already.
select now() as now, array(
  select c.contact_id from unnest(%(contact_ids)s::bigint[]) as c(contact_id)
  where exists (select from lead l
    where l.account_id = %(account_id)s and l.contact_id = lead_of(%(account_id)s, c.contact_id))) as known

-- begin_lead --
-- A lead of whom nothing was known before.
insert into lead (account_id, contact_id, facts, written, ended, opted_out, status, started_at, revision)
values (%(account_id)s, lead_of(%(account_id)s, %(contact_id)s), %(facts)s::jsonb, %(written)s::jsonb, %(lead_ended)s,
  %(lead_opted_out)s, %(status)s, %(started_at)s, 1)
on conflict on constraint lead_pk do nothing
