-- depends: dialogue_0004_nudge

alter table turn add column verdicts jsonb not null default '[]';
comment on column turn.verdicts is 'What the guards found: check, action, count; no content.';

create table spending (
  account_id bigint not null,
  conversation_id bigint not null,
  contact_id bigint not null,
  turn_id bigint not null,
  purpose text not null,
  engine text not null,
  prompt_version text not null default '',
  input_tokens bigint not null default 0,
  cached_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_micro_usd bigint not null default 0,
  spent_at timestamptz not null default now(),
  constraint spending_pk primary key (account_id, conversation_id, turn_id, purpose, engine),
  constraint spending_purpose_known check (purpose in ('turn', 'analysis', 'transcription'))
);
create index spending_contact on spending (account_id, contact_id);
create index spending_time on spending (account_id, spent_at);
comment on table spending is 'What calls to models cost; kept when the turn they were made for is superseded.';

create table account_month (
  account_id bigint not null,
  month date not null,
  cost_micro_usd bigint not null default 0,
  alerted_at timestamptz,
  stopped_at timestamptz,
  constraint account_month_pk primary key (account_id, month)
) with (fillfactor = 50);
comment on table account_month is 'What an account spent in a month of UTC, and when it was told.';

create table transcript (
  account_id bigint not null,
  message_id bigint not null,
  position int not null,
  conversation_id bigint not null,
  contact_id bigint not null,
  text text not null,
  problem text not null default '',
  created_at timestamptz not null default now(),
  constraint transcript_pk primary key (account_id, message_id, position)
);
create index transcript_contact on transcript (account_id, contact_id);
comment on table transcript is 'Audio of leads as text, so that a redo of a turn does not pay twice.';
