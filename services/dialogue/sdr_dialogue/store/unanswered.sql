-- groups --
-- The account's groups of unanswered questions, the latest thousand.
select unanswered_id, lexemes, key from unanswered where account_id = %(account_id)s
order by changed_at desc limit 1000

-- note --
-- Counts a question that nothing answered, under a group; a redo of the turn counts once.
with grouped as (
  insert into unanswered as u (account_id, key, lexemes) values (%(account_id)s, %(key)s, %(lexemes)s)
  on conflict on constraint unanswered_key_once do update set changed_at = now()
  returning unanswered_id)
insert into unanswered_asking (account_id, conversation_id, turn_id, unanswered_id, contact_id, question)
select %(account_id)s, %(conversation_id)s, %(turn_id)s, unanswered_id, %(contact_id)s, %(question)s from grouped
on conflict on constraint unanswered_asking_pk do update set unanswered_id = excluded.unanswered_id,
  question = excluded.question, asked_at = now()

-- unnote --
-- Takes back what turns noted that were never sent.
delete from unanswered_asking where account_id = %(account_id)s and conversation_id = %(conversation_id)s
  and turn_id = any(%(turn_ids)s::bigint[])

-- unanswered --
-- One page of open groups, most asked first.
select * from (
  select u.unanswered_id, count(*) as asked_count, min(a.asked_at) as first_asked_at, max(a.asked_at) as last_asked_at,
    (array_agg(a.question order by a.asked_at desc))[1] as question
  from unanswered u join unanswered_asking a using (account_id, unanswered_id)
  where u.account_id = %(account_id)s and u.state = 'open' group by u.unanswered_id) g
where %(before_count)s::bigint is null or (asked_count, unanswered_id) < (%(before_count)s::bigint, %(before_id)s::bigint)
order by asked_count desc, unanswered_id desc limit %(limit)s

-- settle --
-- Takes a group off the list.
update unanswered set state = %(state)s, changed_at = now()
where account_id = %(account_id)s and unanswered_id = %(unanswered_id)s and state = 'open' returning unanswered_id
