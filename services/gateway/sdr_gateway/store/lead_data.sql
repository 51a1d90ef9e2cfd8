-- export_mailbox_entry --
-- What came in about a lead. No index leads there: it is asked for a few times a year, and written all day.
select e.arrived_at as "chegou_em", e.key_id as "conversa", e.event as "evento", e.ext as "mensagem", e.body as "conteudo"
from mailbox_entry e
where e.account_id = %(account_id)s and (e.body ->> 'contact_id')::bigint = %(contact_id)s order by e.seq

-- export_conversation --
-- What decides whether the bot speaks to a lead.
select c.conversation_id as "conversa", c.phase as "fase", c.paused_by as "pausada_por", c.updated_at as "atualizado_em"
from conversation c
where c.account_id = %(account_id)s and c.conversation_id in (
  select e.key_id from mailbox_entry e
  where e.account_id = %(account_id)s and (e.body ->> 'contact_id')::bigint = %(contact_id)s)
order by c.conversation_id

-- forget_mailbox --
-- Open turns end here: whoever works on one right now loses its lease, and nothing more is said. A conversation
-- in which the lead has written anew is left alone.
with of_lead as materialized (
  select e.key_id, bool_or(e.turn is null and to_timestamp((e.body ->> 'at')::float8) > f.forgotten_at) as anew,
    max(f.forgotten_at) as forgotten_at
  from mailbox_entry e join forgotten_lead f on f.account_id = e.account_id and f.contact_id = %(contact_id)s
  where e.account_id = %(account_id)s and (e.body ->> 'contact_id')::bigint = %(contact_id)s
  group by e.key_id)
update mailbox m set owner = null, epoch = m.epoch + 1, attempt = 0, setbacks = 0, held_until = null, turn = null,
  entries = '{}', since = null, woken_for = '', sealed = false, answer = null, first_at = null, ready_at = null,
  cap_at = null, quiet_at = null, wake_at = null, wake_reason = '', history = '[]'
from of_lead l
where m.account_id = %(account_id)s and m.key_id = l.key_id and l.anew is not true
  and (m.since is null or m.since <= l.forgotten_at)

-- forget_mailbox_entry --
-- What was written goes; who wrote which message stays as ids, so that a repeated webhook is still known.
update mailbox_entry e set turn = coalesce(e.turn, 0), body = jsonb_build_object('kind', e.body -> 'kind', 'contact_id', e.body -> 'contact_id')
from forgotten_lead f
where f.account_id = %(account_id)s and f.contact_id = %(contact_id)s and e.account_id = %(account_id)s
  and (e.body ->> 'contact_id')::bigint = %(contact_id)s
  and to_timestamp(coalesce((e.body ->> 'at')::float8, (e.body -> 'conversation' ->> 'updated_at')::float8, 0))
    <= f.forgotten_at
  and (select count(*) from jsonb_object_keys(e.body)) > 2
