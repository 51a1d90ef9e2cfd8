-- Judgements, kept for ever, and the counter that numbers a lead's.
-- depends: scoring_0001_shared

create table lead (
  account_id bigint not null,
  contact_id bigint not null,
  qualification_count int not null,
  constraint lead_pk primary key (account_id, contact_id),
  constraint lead_qualification_count_positive check (qualification_count > 0)
);

create table qualification (
  qualification_id uuid not null constraint qualification_pk primary key,
  account_id bigint not null,
  contact_id bigint not null,
  version int not null,
  conversation_id bigint not null,
  turn_id bigint not null,
  score smallint not null,
  temperature text not null,
  rubric_version int not null,
  qualified_at timestamptz not null,
  judgement bytea not null,
  constraint qualification_version_key unique (account_id, contact_id, version),
  constraint qualification_score_range check (score between 0 and 130),
  constraint qualification_temperature_known check (temperature in ('quente', 'morno', 'frio', 'muito_frio'))
);

comment on column qualification.judgement is
  'sdr.common.v1.Qualification without what has a column of its own: the lines, quotes and rules behind the score';

create function refuse_qualification_update() returns trigger language plpgsql as $$
begin
  raise exception 'a qualification never changes: store a new version';
end
$$;

create trigger qualification_is_immutable before update on qualification
  for each row execute function refuse_qualification_update();
