-- export_lead --
-- What is known of a lead.
select facts as "fatos", opted_out as "pediu_silencio", status as "situacao", started_at as "desde",
  updated_at as "atualizado_em"
from lead where account_id = %(account_id)s and contact_id in (select contacts_of(%(account_id)s, %(contact_id)s))

-- export_conversation --
-- A lead's conversations with their summaries.
select conversation_id as "conversa", channel as "canal", summary as "resumo", behaviour as "participacao",
  created_at as "desde"
from conversation where account_id = %(account_id)s and contact_id in (select contacts_of(%(account_id)s, %(contact_id)s)) order by conversation_id

-- export_line --
-- Every line of a lead's conversations.
select i.conversation_id as "conversa", i.said_at as "quando", i.speaker as "quem", i.text as "texto",
  i.attachments as "anexos"
from line i join conversation c using (account_id, conversation_id)
where c.account_id = %(account_id)s and c.contact_id in (select contacts_of(%(account_id)s, %(contact_id)s)) order by i.conversation_id, i.message_id

-- export_turn --
-- What every turn understood and answered.
select t.conversation_id as "conversa", t.turn_id as "turno", t.answered_at as "quando", t.reply as "resposta",
  t.learned as "aprendido", t.engine as "motor"
from turn t join conversation c using (account_id, conversation_id)
where c.account_id = %(account_id)s and c.contact_id in (select contacts_of(%(account_id)s, %(contact_id)s)) order by t.conversation_id, t.turn_id

-- export_transcript --
-- Audio of a lead as text.
select conversation_id as "conversa", created_at as "quando", text as "texto"
from transcript where account_id = %(account_id)s and contact_id = %(contact_id)s order by message_id, position

-- forget_spending --
-- What was spent stays in the account's sums, without whom it was spent on.
update spending set contact_id = 0 where account_id = %(account_id)s and contact_id = %(contact_id)s

-- forget_transcript --
-- Audio of a lead as text.
delete from transcript where account_id = %(account_id)s and contact_id = %(contact_id)s

-- forget_line --
-- What was said.
delete from line i using conversation c
where c.account_id = %(account_id)s and c.contact_id in (select contacts_of(%(account_id)s, %(contact_id)s))
  and i.account_id = c.account_id and i.conversation_id = c.conversation_id

-- forget_turn --
-- What was understood and answered.
delete from turn t using conversation c
where c.account_id = %(account_id)s and c.contact_id in (select contacts_of(%(account_id)s, %(contact_id)s))
  and t.account_id = c.account_id and t.conversation_id = c.conversation_id

-- forget_conversation --
-- Summaries.
delete from conversation where account_id = %(account_id)s and contact_id in (select contacts_of(%(account_id)s, %(contact_id)s))

-- forget_opted_out --
-- Who asked for silence stays known, by the id alone.
update lead set facts = '{}', written = '{}', ended = null, status = null, started_at = null,
  revision = revision + 1, updated_at = now()
where account_id = %(account_id)s and contact_id in (select contacts_of(%(account_id)s, %(contact_id)s)) and opted_out

-- forget_lead --
-- The facts.
delete from lead where account_id = %(account_id)s and contact_id in (select contacts_of(%(account_id)s, %(contact_id)s)) and not opted_out

-- export_unanswered_asking --
-- Questions of a lead that the knowledge did not answer.
select conversation_id as "conversa", asked_at as "quando", question as "pergunta"
from unanswered_asking where account_id = %(account_id)s and contact_id in (select contacts_of(%(account_id)s, %(contact_id)s)) order by asked_at

-- forget_unanswered_asking --
-- Its words; groups that nobody else asked go with their last asking.
with gone as (
  delete from unanswered_asking where account_id = %(account_id)s and contact_id in (select contacts_of(%(account_id)s, %(contact_id)s))
  returning unanswered_id)
delete from unanswered u using gone where u.account_id = %(account_id)s and u.unanswered_id = gone.unanswered_id
  and u.state = 'open' and not exists (
    select from unanswered_asking a where a.account_id = u.account_id and a.unanswered_id = u.unanswered_id
      and a.contact_id not in (select contacts_of(%(account_id)s, %(contact_id)s)))

-- export_lead_link --
-- Other contacts that are the same lead, and whether its phone is noted (as a hash).
select array(select contacts_of(%(account_id)s, %(contact_id)s)) as "contatos",
  exists (select from lead_phone p where p.account_id = %(account_id)s
    and p.lead_id = lead_of(%(account_id)s, %(contact_id)s)) as "telefone_reconhecido"
where %(contact_id)s in (select contact_id from lead_link where account_id = %(account_id)s)
  or exists (select from lead_phone p where p.account_id = %(account_id)s
    and p.lead_id = lead_of(%(account_id)s, %(contact_id)s))

-- forget_lead_phone --
-- The hash of its phone.
delete from lead_phone where account_id = %(account_id)s and lead_id = lead_of(%(account_id)s, %(contact_id)s)

-- forget_lead_link --
-- Last, because the others find the lead's contacts by it; of who asked for silence it stays, as the silence does.
delete from lead_link l where l.account_id = %(account_id)s and l.lead_id = lead_of(%(account_id)s, %(contact_id)s)
  and not exists (select from lead o where o.account_id = l.account_id and o.contact_id = l.lead_id)
