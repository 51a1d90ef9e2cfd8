-- depends: gateway_0010_turn_history

-- What a conversation was told that is answered and not kept, by reason: counts and times, for operators.
create table ignored_event (
  account_id bigint not null,
  conversation_id bigint not null,
  reason text not null,
  event_count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  last_message_id bigint not null,
  constraint ignored_event_pk primary key (account_id, conversation_id, reason)
);
create index mailbox_turn_poisoned on mailbox_turn (account_id, turn) where outcome = 'poison';
