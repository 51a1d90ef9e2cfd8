-- export_qualification --
-- Every judgement of a lead with its reasons.
select qualification_id as "id", version as "versao", conversation_id as "conversa", score as "pontos",
  temperature as "temperatura", qualified_at as "quando", judgement as "motivos"
from qualification where account_id = %(account_id)s and contact_id = %(contact_id)s order by version

-- forget_qualification --
-- Judgements quote the lead.
delete from qualification where account_id = %(account_id)s and contact_id = %(contact_id)s

-- forget_lead --
-- The counter of a lead's judgements.
delete from lead where account_id = %(account_id)s and contact_id = %(contact_id)s

-- export_outcome --
-- What was said of sales.
select outcome as "desfecho", recorded_at as "quando" from outcome
where account_id = %(account_id)s and contact_id = %(contact_id)s order by recorded_at

-- forget_outcome --
-- What was said of sales.
delete from outcome where account_id = %(account_id)s and contact_id = %(contact_id)s

-- export_feedback --
-- What people said of a lead's judgements.
select qualification_id as "qualificacao", verdict as "veredito", reason as "motivo", recorded_at as "quando"
from feedback where account_id = %(account_id)s and contact_id = %(contact_id)s order by recorded_at

-- forget_feedback --
-- What people said of a lead's judgements.
delete from feedback where account_id = %(account_id)s and contact_id = %(contact_id)s
