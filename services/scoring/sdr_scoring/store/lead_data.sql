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
