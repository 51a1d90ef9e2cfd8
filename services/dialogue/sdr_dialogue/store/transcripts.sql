-- find --
-- What was heard before, by place.
select t.message_id, t.position, t.text from transcript t
join unnest(%(message_ids)s::bigint[], %(positions)s::int[]) as wanted (message_id, position)
  using (message_id, position)
where t.account_id = %(account_id)s

-- keep --
-- Keeps what was heard; no row if another call has kept it already.
insert into transcript (account_id, message_id, position, conversation_id, contact_id, text, problem)
values (%(account_id)s, %(message_id)s, %(position)s, %(conversation_id)s, %(contact_id)s, %(text)s, %(problem)s)
on conflict on constraint transcript_pk do nothing
returning message_id
