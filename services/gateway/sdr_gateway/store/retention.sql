-- purge_mailbox_entry --
-- Entries of turns that ended, where nothing can present them again: a sweep's listing went past their message.
-- A webhook cannot: its signature is good for five minutes.
delete from mailbox_entry where seq in (
  select e.seq from mailbox_entry e
    left join sweep_position p on p.account_id = e.account_id and p.conversation_id = e.key_id
  where e.account_id = %(account_id)s and e.turn is not null and e.arrived_at < now() - make_interval(days => %(days)s)
    and (e.event in ('snapshot', 'resume') or p.swept_through_id >= e.ext)
    and not exists (select 1 from mailbox m
      where m.account_id = e.account_id and m.key_id = e.key_id and e.seq = any(m.entries))
  order by e.seq limit %(batch)s)

-- purge_body --
-- What the others said: their ids stay, so that a listing that presents a message again finds it known.
update mailbox_entry set body = jsonb_build_object('kind', body -> 'kind', 'contact_id', body -> 'contact_id')
where seq in (
  select e.seq from mailbox_entry e
  where e.account_id = %(account_id)s and e.turn is not null and e.arrived_at < now() - make_interval(days => %(days)s)
    and e.body ? 'text'
    and not exists (select 1 from mailbox m
      where m.account_id = e.account_id and m.key_id = e.key_id and e.seq = any(m.entries))
  order by e.seq limit %(batch)s)

-- purge_mailbox_turn --
-- Turns that ended.
delete from mailbox_turn where turn in (
  select t.turn from mailbox_turn t
  where t.account_id = %(account_id)s and t.closed_at < now() - make_interval(days => %(days)s)
  order by t.turn limit %(batch)s)

-- purge_ignored_event --
-- Counts of what was not kept.
delete from ignored_event where (account_id, conversation_id, reason) in (
  select i.account_id, i.conversation_id, i.reason from ignored_event i
  where i.account_id = %(account_id)s and i.last_at < now() - make_interval(days => %(days)s)
  limit %(batch)s)
