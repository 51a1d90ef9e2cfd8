-- said --
-- What leads said in a period, the latest first.
select i.conversation_id, i.text, i.said_at, coalesce(l.facts -> 'nome' ->> 'value', '') as name
from line i
join conversation c using (account_id, conversation_id)
left join lead l on l.account_id = c.account_id and l.contact_id = c.contact_id
where i.account_id = %(account_id)s and i.speaker = 'lead' and not i.deleted
  and i.said_at >= %(start)s and i.said_at < %(until)s
order by i.said_at desc, i.conversation_id, i.message_id desc limit %(limit)s

-- asked --
-- Questions that nothing answered, asked in a period and still open, most asked first.
select (array_agg(a.question order by a.asked_at desc))[1] as question, count(*) as asked_count,
  (array_agg(a.conversation_id order by a.asked_at desc))[1:5] as conversation_ids
from unanswered u join unanswered_asking a using (account_id, unanswered_id)
where u.account_id = %(account_id)s and u.state = 'open' and a.asked_at >= %(start)s and a.asked_at < %(until)s
group by u.unanswered_id order by asked_count desc, u.unanswered_id desc limit 20
