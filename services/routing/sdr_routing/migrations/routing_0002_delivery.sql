-- Connections to Chatwoot, deliveries with their writes, what was written into contacts, turns of closers.
-- depends: routing_0001_shared

create table chatwoot_connection (
  account_id bigint not null constraint chatwoot_connection_pk primary key,
  chatwoot_url text not null,
  chatwoot_account_id bigint not null,
  admin_token bytea not null,
  bot_token bytea not null,
  bot_id bigint not null,
  webhook_url text not null,
  chatwoot_version text not null,
  connected_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on column chatwoot_connection.admin_token is 'encrypted with SDR_SECRET_KEY, never read back by a call';

create table delivery (
  delivery_id uuid not null constraint delivery_pk primary key,
  seq bigint generated always as identity constraint delivery_seq_key unique,
  account_id bigint not null,
  conversation_id bigint not null,
  contact_id bigint not null,
  inbox_id bigint not null,
  channel text not null,
  turn_id bigint not null,
  last_message_id bigint not null,
  handing_off boolean not null,
  closing boolean not null,
  qualifying boolean not null,
  team text not null,
  closer_email text not null,
  traceparent text not null,
  state text not null default 'pending',
  attempts int not null default 0,
  retries int not null default 0,
  accepted_at timestamptz not null default now(),
  settled_at timestamptz,
  constraint delivery_state_known check (state in ('pending', 'done', 'dropped', 'dead')),
  constraint delivery_settled_once check ((state = 'pending') = (settled_at is null))
);

create index delivery_dead on delivery (account_id, seq) where state = 'dead';

create table delivery_write (
  delivery_id uuid not null constraint delivery_write_delivery_fk references delivery on delete cascade,
  position int not null,
  kind text not null,
  body jsonb not null,
  sdr_key text not null,
  state text not null default 'pending',
  detail text not null default '',
  message_id bigint not null default 0,
  attempt_started_at timestamptz,
  settled_at timestamptz,
  constraint delivery_write_pk primary key (delivery_id, position),
  constraint delivery_write_kind_known check (
    kind in ('attributes', 'labels', 'team', 'closer', 'note', 'message', 'status')),
  constraint delivery_write_state_known check (state in ('pending', 'done', 'dropped', 'dead'))
);

comment on column delivery_write.attempt_started_at is
  'set right before a message is sent, kept while its outcome is unknown: the message may be there, or come late';

create table written_attribute (
  account_id bigint not null,
  contact_id bigint not null,
  current jsonb not null default '{}',
  history jsonb not null default '{}',
  touched_at timestamptz not null default now(),
  constraint written_attribute_pk primary key (account_id, contact_id)
);

comment on table written_attribute is
  'what we wrote into a contact: a value that is not here was set by a human, and stays';

create table closer_turn (
  account_id bigint not null,
  counter text not null,
  given bigint not null,
  constraint closer_turn_pk primary key (account_id, counter)
);
