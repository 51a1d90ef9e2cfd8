-- export_lead --
-- A lead as lists show it.
select name as "nome", status as "situacao", temperature as "temperatura", score as "pontos",
  procedure as "procedimento", first_message_at as "primeira_mensagem_em", qualified_at as "qualificado_em",
  team as "time", closer_email as "closer", phone as "telefone", outcome as "desfecho", outcome_at as "desfecho_em"
from lead where account_id = %(account_id)s and contact_id = %(contact_id)s

-- forget_alert --
-- Alerts that name a lead.
delete from alert where account_id = %(account_id)s and contact_id = %(contact_id)s

-- export_event --
-- What was told about a lead.
select occurred_at as "quando", kind as "tipo", body as "evento"
from event where account_id = %(account_id)s and contact_id = %(contact_id)s order by seq

-- lock_account --
-- As recording does: nothing is recorded for the account meanwhile.
select pg_advisory_xact_lock(hashtextextended('reporting.record', %(account_id)s))

-- anonymise --
-- The figures keep what a lead added up to, under a negative id that leads nowhere; names, raw events and the
-- conversation's id go. One statement, so that all of a lead gets one and the same id.
with nobody as materialized (select -nextval('anonymous_lead') as contact_id),
projected as (
  update lead l set contact_id = nobody.contact_id, conversation_id = 0, contact_name = '', fact_name = '', name = '',
    name_folded = '', phone = '', search_text = ''
  from nobody where l.account_id = %(account_id)s and l.contact_id = %(contact_id)s),
named as (delete from lead_name where account_id = %(account_id)s and contact_id = %(contact_id)s),
counted as (
  update first_message m set contact_id = nobody.contact_id
  from nobody where m.account_id = %(account_id)s and m.contact_id = %(contact_id)s),
judged as (
  update qualification q set contact_id = nobody.contact_id
  from nobody where q.account_id = %(account_id)s and q.contact_id = %(contact_id)s),
paid as (
  update model_cost c set contact_id = nobody.contact_id
  from nobody where c.account_id = %(account_id)s and c.contact_id = %(contact_id)s),
answered as (
  update survey s set contact_id = nobody.contact_id
  from nobody where s.account_id = %(account_id)s and s.contact_id = %(contact_id)s),
said as (
  update feedback f set contact_id = nobody.contact_id
  from nobody where f.account_id = %(account_id)s and f.contact_id = %(contact_id)s),
passed_on as (
  update reassignment r set contact_id = nobody.contact_id
  from nobody where r.account_id = %(account_id)s and r.contact_id = %(contact_id)s),
called as (
  update escalation e set contact_id = nobody.contact_id
  from nobody where e.account_id = %(account_id)s and e.contact_id = %(contact_id)s)
update event e set contact_id = nobody.contact_id, body = ''
from nobody where e.account_id = %(account_id)s and e.contact_id = %(contact_id)s
