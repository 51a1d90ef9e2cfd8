-- depends: gateway_0004_audit

-- Leads that asked to be forgotten: ids and times alone, so that a late webhook or a sweep cannot bring one back.
create table forgotten_lead (
  account_id bigint not null,
  contact_id bigint not null,
  forgotten_at timestamptz not null default now(),
  request_id uuid not null,
  -- When what was on its way at that moment was erased too; null: still to be done.
  settled_at timestamptz,
  constraint forgotten_lead_pk primary key (account_id, contact_id)
);
comment on column forgotten_lead.forgotten_at is
  'what was written up to then never comes back; what the lead writes later is a new beginning';
create index forgotten_lead_unsettled on forgotten_lead (forgotten_at) where settled_at is null;
