-- export_delivery_write --
-- Everything that was written into Chatwoot for a lead, or was to be.
select d.conversation_id as "conversa", d.accepted_at as "aceito_em", w.kind as "tipo", w.state as "estado",
  w.body as "conteudo", w.message_id as "mensagem", w.settled_at as "feito_em"
from delivery d join delivery_write w using (delivery_id)
where d.account_id = %(account_id)s and d.contact_id = %(contact_id)s order by d.seq, w.position

-- export_written_attribute --
-- What was written into the contact.
select current as "atual", history as "anteriores" from written_attribute
where account_id = %(account_id)s and contact_id = %(contact_id)s

-- forget_written_attribute --
-- What was written into the contact.
delete from written_attribute where account_id = %(account_id)s and contact_id = %(contact_id)s

-- forget_mailbox --
-- Open work ends here: whoever carries a delivery of the lead out right now loses its lease.
update mailbox set owner = null, epoch = epoch + 1, attempt = 0, setbacks = 0, held_until = null, turn = null,
  entries = '{}', since = null, woken_for = '', sealed = false, answer = null, first_at = null, ready_at = null,
  cap_at = null, quiet_at = null, wake_at = null, wake_reason = '', history = '[]'
where account_id = %(account_id)s and key_id = %(contact_id)s

-- forget_mailbox_entry --
-- Deliveries that wait.
delete from mailbox_entry where account_id = %(account_id)s and key_id = %(contact_id)s

-- forget_delivery --
-- Deliveries with their writes: notes, messages, attributes.
delete from delivery where account_id = %(account_id)s and contact_id = %(contact_id)s
