-- Hot leads that were to be given to the next closer, because the first one had not answered.
-- depends: reporting_0007_report_days

create table reassignment (
  event_id uuid not null constraint reassignment_pk primary key,
  account_id bigint not null,
  contact_id bigint not null,
  occurred_at timestamptz not null,
  given boolean not null
);
comment on column reassignment.given is 'false: Chatwoot refused it; counted, and the lead still waits for the same closer';
create index reassignment_of_lead on reassignment (account_id, contact_id, occurred_at);
