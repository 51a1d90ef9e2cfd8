-- What people say afterwards: outcomes of leads, and whether judgements were right.
-- depends: scoring_0004_rubrics

create table outcome (
  outcome_id uuid not null constraint outcome_pk primary key,
  account_id bigint not null,
  contact_id bigint not null,
  conversation_id bigint not null,
  outcome text not null,
  recorded_at timestamptz not null,
  actor text not null,
  constraint outcome_known check (outcome in ('ganho', 'perdido', 'aberto'))
);
comment on table outcome is 'every word on what became of a lead; the latest counts';
create index outcome_of_lead on outcome (account_id, contact_id, recorded_at desc);

create table feedback (
  feedback_id uuid not null constraint feedback_pk primary key,
  account_id bigint not null,
  contact_id bigint not null,
  qualification_id uuid not null,
  verdict text not null,
  reason text not null,
  recorded_at timestamptz not null,
  actor text not null,
  constraint feedback_verdict_known check (verdict in ('certo', 'alto_demais', 'baixo_demais'))
);
comment on table feedback is 'every word of people on a judgement; the latest counts';
create index feedback_of_lead on feedback (account_id, contact_id);
create index feedback_of_qualification on feedback (account_id, qualification_id, recorded_at desc);
