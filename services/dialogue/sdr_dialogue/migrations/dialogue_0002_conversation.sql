-- depends: dialogue_0001_shared

create table lead (
  account_id bigint not null,
  contact_id bigint not null,
  facts jsonb not null default '{}',
  written jsonb not null default '{}',
  ended text,
  opted_out boolean not null default false,
  status text,
  started_at timestamptz,
  revision bigint not null,
  updated_at timestamptz not null default now(),
  constraint lead_pk primary key (account_id, contact_id),
  constraint lead_revision_counts check (revision > 0)
) with (fillfactor = 70);
comment on column lead.written is 'Per fact, the values that the product wrote into Chatwoot or may be writing.';
comment on column lead.revision is 'Counts writes; a write is refused if another came in between.';

create table conversation (
  account_id bigint not null,
  conversation_id bigint not null,
  contact_id bigint not null,
  inbox_id bigint not null default 0,
  channel text not null,
  summary text not null default '',
  behaviour text,
  judged_turn_id bigint,
  created_at timestamptz not null default now(),
  constraint conversation_pk primary key (account_id, conversation_id)
);
create index conversation_contact on conversation (account_id, contact_id);

create table line (
  account_id bigint not null,
  conversation_id bigint not null,
  message_id bigint not null,
  speaker text not null,
  text text not null,
  said_at timestamptz not null,
  changed_at timestamptz not null,
  deleted boolean not null default false,
  asks text,
  attachments text[] not null default '{}',
  constraint line_pk primary key (account_id, conversation_id, message_id),
  constraint line_speaker_known check (speaker in ('lead', 'bot', 'human'))
);
comment on column line.changed_at is 'The latest change taken in; an older edit that comes late changes nothing.';

create table turn (
  account_id bigint not null,
  conversation_id bigint not null,
  turn_id bigint not null,
  message_ids bigint[] not null,
  reply text not null,
  asks text,
  learned jsonb not null default '{}',
  before jsonb not null default '{}',
  ended text,
  opted_out boolean not null default false,
  disqualification jsonb,
  sentiment text,
  engine text not null,
  prompt_version text not null,
  settings_version int not null,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_micro_usd bigint not null default 0,
  answered_at timestamptz not null,
  confirmed_at timestamptz,
  superseded_by bigint,
  constraint turn_pk primary key (account_id, conversation_id, turn_id)
) with (fillfactor = 80);
comment on column turn.before is 'What the learned facts were before, so that an unsent turn can be taken back.';
comment on column turn.confirmed_at is 'When the reply was seen in Chatwoot; null: on its way, dropped or superseded.';
comment on column turn.superseded_by is 'The later turn that answered the same messages; this reply was never sent.';
