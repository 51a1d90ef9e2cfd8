-- purge_delivery --
-- Deliveries that ended; those that were given up stay until an operator has seen to them.
delete from delivery where delivery_id in (
  select d.delivery_id from delivery d
  where d.account_id = %(account_id)s and d.state in ('done', 'dropped')
    and d.settled_at < now() - make_interval(days => %(days)s)
  order by d.seq limit %(batch)s)

-- purge_mailbox_entry --
-- Entries of turns that ended. A delivery is put in once, by the call that accepts or retries it.
delete from mailbox_entry where seq in (
  select e.seq from mailbox_entry e
  where e.account_id = %(account_id)s and e.turn is not null and e.arrived_at < now() - make_interval(days => %(days)s)
    and not exists (select 1 from mailbox m
      where m.account_id = e.account_id and m.key_id = e.key_id and e.seq = any(m.entries))
  order by e.seq limit %(batch)s)

-- purge_mailbox_turn --
-- Turns that ended.
delete from mailbox_turn where turn in (
  select t.turn from mailbox_turn t
  where t.account_id = %(account_id)s and t.closed_at < now() - make_interval(days => %(days)s)
  order by t.turn limit %(batch)s)
