-- Raw events, kept for ever, and what they add up to; events and figures commit together.
-- depends: reporting_0001_shared

create table event (
  event_id uuid not null constraint event_pk primary key,
  seq bigint generated always as identity,
  account_id bigint not null,
  contact_id bigint not null,
  occurred_at timestamptz not null,
  kind text not null,
  body bytea not null,
  recorded_at timestamptz not null default now()
);
comment on column event.kind is 'the payload''s field in sdr.reporting.v1.Event; empty: kept and not counted';
create index event_of_lead on event (account_id, contact_id, seq);

create table lead (
  account_id bigint not null,
  contact_id bigint not null,
  conversation_id bigint not null,
  channel text,
  contact_name text not null,
  fact_name text not null,
  name text not null,
  name_folded text not null,
  told_status text,
  status text,
  procedure text not null,
  known_count int not null,
  team text not null,
  closer_email text not null,
  qualification_id uuid,
  qualification_version int,
  score int,
  temperature text,
  qualified_at timestamptz,
  answered boolean not null,
  first_message_at timestamptz,
  first_public_at timestamptz,
  first_answer_us bigint,
  updated_at timestamptz not null,
  last_seq bigint not null,
  stamps jsonb not null,
  constraint lead_pk primary key (account_id, contact_id)
);
comment on column lead.first_answer_us is 'microseconds from the first message to the first public one, 0 at least';
comment on column lead.stamps is 'per field: microseconds since 1970, rank and event id of what last set it';
create index lead_by_news on lead (account_id, updated_at desc, contact_id desc);
create index lead_by_status on lead (account_id, status, updated_at desc, contact_id desc);
create index lead_by_temperature on lead (account_id, temperature, updated_at desc, contact_id desc);
create index lead_by_first_message on lead (account_id, first_message_at) include (first_answer_us);
create index lead_by_seq on lead (account_id, last_seq);

create table lead_name (
  account_id bigint not null,
  contact_id bigint not null,
  grams text[] not null,
  constraint lead_name_pk primary key (account_id, contact_id)
);
comment on table lead_name is
  'runs of one to three characters of lead.name_folded, behind the account''s id: finds parts of names without an extension; a table of its own, because names change seldom and leads often';
create index lead_name_by_gram on lead_name using gin (grams);

create table first_message (
  event_id uuid not null constraint first_message_pk primary key,
  account_id bigint not null,
  contact_id bigint not null,
  first_message_at timestamptz not null
);
comment on table first_message is 'the first lead message of each turn that had one';
create index first_message_of_lead on first_message (account_id, contact_id, first_message_at);

create table qualification (
  account_id bigint not null,
  qualification_id uuid not null,
  contact_id bigint not null,
  version int not null,
  score int not null,
  temperature text not null,
  qualified_at timestamptz not null,
  took_us bigint,
  superseded_at timestamptz,
  procedure text not null default '',
  constraint qualification_pk primary key (account_id, qualification_id)
);
comment on column qualification.took_us is
  'microseconds since the first lead message after the lead''s previous qualification; null: there was none';
comment on column qualification.superseded_at is 'when the lead''s next qualification was made; null: the latest';
comment on column qualification.procedure is 'what the lead wants now, as in lead.procedure';
create index qualification_of_lead on qualification (account_id, contact_id);
create index qualification_by_time on qualification (account_id, qualified_at)
  include (superseded_at, took_us, score, temperature, procedure);

create table escalation (
  event_id uuid not null constraint escalation_pk primary key,
  account_id bigint not null,
  contact_id bigint not null,
  occurred_at timestamptz not null
);
create index escalation_by_time on escalation (account_id, occurred_at) include (contact_id);
