-- What calls to models cost, one row for each payment that was told.
-- depends: reporting_0003_audit

create table model_cost (
  event_id uuid not null constraint model_cost_pk primary key,
  account_id bigint not null,
  contact_id bigint not null,
  occurred_at timestamptz not null,
  cost_micro_usd bigint not null
);
comment on column model_cost.cost_micro_usd is 'millionths of a US dollar at list price';
create index model_cost_by_time on model_cost (account_id, occurred_at) include (cost_micro_usd);
create index model_cost_of_lead on model_cost (account_id, contact_id) include (cost_micro_usd);
