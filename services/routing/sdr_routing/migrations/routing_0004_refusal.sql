-- What a channel refused after Chatwoot had taken it, and writes that Chatwoot fails at again and again.
-- depends: routing_0003_audit

set lock_timeout = '5s';

alter table delivery_write
  add column refusals int not null default 0,
  add column remedy text not null default '',
  add column faults int not null default 0,
  add column faulty_since timestamptz,
  add constraint delivery_write_remedy_known check (remedy in ('', 'resend', 'nudge'));

comment on column delivery_write.refusals is 'how often the channel refused the message; the next key ends in ~<this>';
comment on column delivery_write.faults is 'answers 5xx while Chatwoot carried out the same kind of write for others';

create index delivery_write_message on delivery_write (message_id) where message_id > 0;
create index delivery_pending on delivery (account_id, conversation_id) where state = 'pending';
