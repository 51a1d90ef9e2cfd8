-- What reports and lists need beyond the first figures: where a lead came in, what became of it, what it was asked last.
-- depends: reporting_0005_outputs

set local lock_timeout = '5s';
alter table lead
  add column inbox_id bigint not null default 0,
  add column phone text not null default '',
  add column asked text,
  add column outcome text not null default 'aberto',
  add column outcome_at timestamptz,
  add column search_text text not null default '',
  alter column conversation_id set default 0,
  alter column updated_at drop not null;
comment on column lead.updated_at is 'the latest news; null: only asides were told, and it is no lead to lists and figures';
comment on column lead.asked is 'the fact that was asked last';
comment on column lead.search_text is 'name, procedure and digits of the phone, folded, a line each';
comment on table lead_name is
  'runs of one to three characters of the lines of lead.search_text, behind the account''s id: finds parts of them without an extension; a table of its own, because they change seldom and leads often';

update lead set search_text = name_folded || e'\n' || lower(procedure) || e'\n';
update lead_name n set grams = (
  select array_agg(distinct gram order by gram) from (
    select unnest(n.grams) as gram
    union
    select n.account_id || ':' || substr(lower(l.procedure), i, length)
    from generate_series(1, 3) as length, generate_series(1, length(l.procedure) - length + 1) as i) as both_)
from lead l
where l.account_id = n.account_id and l.contact_id = n.contact_id and l.procedure <> '';

create index lead_came on lead (account_id, first_message_at)
  include (first_answer_us, channel, inbox_id, procedure, closer_email, temperature, score, status, asked, outcome);
drop index lead_by_first_message;
create index lead_by_outcome on lead (account_id, outcome_at) include (outcome, updated_at) where outcome <> 'aberto';
create index lead_of_outcome on lead (account_id, outcome, updated_at desc, contact_id desc) where outcome <> 'aberto';
create index lead_by_procedure on lead (account_id, procedure, updated_at desc, contact_id desc);
create index lead_by_closer on lead (account_id, closer_email, updated_at desc, contact_id desc);
create index lead_by_inbox on lead (account_id, inbox_id, updated_at desc, contact_id desc);
create index lead_by_channel on lead (account_id, channel, updated_at desc, contact_id desc);
create index lead_by_score on lead (account_id, score desc nulls last, contact_id desc);

create table survey (
  account_id bigint not null,
  message_id bigint not null,
  contact_id bigint not null,
  rating int not null,
  answered_at timestamptz not null,
  event_id uuid not null,
  constraint survey_pk primary key (account_id, message_id),
  constraint survey_rating_range check (rating between 1 and 5)
);
comment on table survey is 'satisfaction surveys by their latest answer';
create index survey_by_time on survey (account_id, answered_at) include (rating);
create index survey_of_lead on survey (account_id, contact_id);

create table feedback (
  account_id bigint not null,
  qualification_id uuid not null,
  contact_id bigint not null,
  verdict text not null,
  given_at timestamptz not null,
  event_id uuid not null,
  constraint feedback_pk primary key (account_id, qualification_id)
);
comment on table feedback is 'what people say of judgements, each by the latest word';
create index feedback_by_time on feedback (account_id, given_at) include (verdict);
create index feedback_of_lead on feedback (account_id, contact_id);
