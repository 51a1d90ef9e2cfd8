-- purge_line --
-- Lines of conversations in which nothing was said for so long.
delete from line where (account_id, conversation_id, message_id) in (
  select i.account_id, i.conversation_id, i.message_id from line i
  where i.account_id = %(account_id)s and i.said_at < now() - make_interval(days => %(days)s)
    and not exists (select 1 from line n where n.account_id = i.account_id and n.conversation_id = i.conversation_id
      and n.said_at >= now() - make_interval(days => %(days)s))
  limit %(batch)s)

-- purge_turn --
-- What was understood and answered in conversations that have no lines any more.
delete from turn where (account_id, conversation_id, turn_id) in (
  select t.account_id, t.conversation_id, t.turn_id from turn t
  where t.account_id = %(account_id)s and t.answered_at < now() - make_interval(days => %(days)s)
    and not exists (select 1 from line i
      where i.account_id = t.account_id and i.conversation_id = t.conversation_id)
  limit %(batch)s)
