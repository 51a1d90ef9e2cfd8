-- Days that are over, counted once for all reports; whatever changes one takes it away in the same transaction, and it is
-- counted again in the background. Nothing is filled here: a report reads what is not there yet from the leads.
-- depends: reporting_0006_reports

set local lock_timeout = '5s';
create table report_day (
  account_id bigint not null,
  starts_at timestamptz not null,
  until timestamptz not null,
  zone text not null,
  sold bigint not null,
  missed bigint not null,
  cost_micro_usd bigint not null,
  constraint report_day_pk primary key (account_id, starts_at)
);
comment on table report_day is 'a day of an account''s zone that is over, and what happened in it';
comment on column report_day.zone is 'the zone that it is a day of: reports in another one do not use it';

create table report_came (
  account_id bigint not null,
  starts_at timestamptz not null,
  dimension text not null,
  value text not null,
  new bigint not null,
  answered bigint not null,
  judged bigint not null,
  completed bigint not null,
  hot bigint not null,
  warm bigint not null,
  abandoned bigint not null,
  in_progress bigint not null,
  won bigint not null,
  lost bigint not null,
  score_sum bigint not null,
  constraint report_came_pk primary key (account_id, starts_at, dimension, value),
  constraint report_came_of_day foreign key (account_id, starts_at) references report_day on delete cascade
);
comment on table report_came is 'leads that came on a day, as they stand now, by what they are told apart by; empty dimension: all';

create table report_judged (
  account_id bigint not null,
  starts_at timestamptz not null,
  temperature text not null,
  lead_count bigint not null,
  score_sum bigint not null,
  constraint report_judged_pk primary key (account_id, starts_at, temperature),
  constraint report_judged_of_day foreign key (account_id, starts_at) references report_day on delete cascade
);
comment on table report_judged is 'judgements of a day that no later one followed';

create index qualification_superseded on qualification (account_id, superseded_at)
  include (qualified_at, temperature, score) where superseded_at is not null;
