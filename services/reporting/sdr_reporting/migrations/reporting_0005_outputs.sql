-- Reports that go out by themselves, and alerts for people.
-- depends: reporting_0004_model_cost

create table schedule (
  schedule_id uuid not null constraint schedule_pk primary key,
  account_id bigint not null,
  plan jsonb not null,
  secret bytea,
  next_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column schedule.plan is 'sdr.reporting.v1.SchedulePlan without its secret';
comment on column schedule.secret is 'sealed with SDR_SECRET_KEY';
comment on column schedule.next_at is 'null: paused';
create index schedule_of_account on schedule (account_id);
create index schedule_due on schedule (next_at) where next_at is not null;

create table sending (
  sending_id uuid not null constraint sending_pk primary key,
  account_id bigint not null,
  kind text not null,
  owner_id uuid not null,
  name text not null,
  channel text not null,
  slot_at timestamptz not null,
  period_start timestamptz,
  period_until timestamptz,
  resolved boolean not null,
  by_hand boolean not null,
  state text not null,
  attempt_count int not null default 0,
  due_at timestamptz,
  lease_owner text not null default '',
  lease_until timestamptz,
  handed_over boolean not null default false,
  problem text not null default '',
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  constraint sending_once unique (owner_id, slot_at, channel, resolved, by_hand)
);
comment on table sending is 'one row per moment and channel, which makes that each goes out once; the queue and the history in one';
comment on column sending.owner_id is 'the schedule, or the alert; it may be gone';
comment on column sending.handed_over is 'the attempt under way is past the point after which nobody knows whether it arrived';
create index sending_due on sending (due_at) where state = 'waiting';
create index sending_leased on sending (lease_until) where state = 'running';
create index sending_of_account on sending (account_id, created_at desc, sending_id desc) where kind = 'report';

create table alert_policy (
  account_id bigint not null constraint alert_policy_pk primary key,
  version int not null,
  settings jsonb not null,
  slack_url bytea,
  waha_key bytea,
  changed_at timestamptz not null default now()
);
comment on column alert_policy.settings is 'sdr.reporting.v1.AlertSettings without its secrets';

create table pulse (
  account_id bigint not null constraint pulse_pk primary key,
  observed_at timestamptz not null,
  body bytea not null,
  chatwoot_down_since timestamptz,
  waha_down_since timestamptz,
  watched_at timestamptz
);
comment on table pulse is 'how each account is, told by the gateway about every minute: a state, not a history';
comment on column pulse.body is 'sdr.reporting.v1.ReportPulseRequest';
comment on column pulse.watched_at is 'when its rules were looked at last';
create index pulse_by_watch on pulse (watched_at nulls first);

create table alert (
  alert_id uuid not null constraint alert_pk primary key,
  account_id bigint not null,
  kind text not null,
  subject text not null,
  contact_id bigint,
  detail jsonb not null,
  fired_at timestamptz not null,
  resolved_at timestamptz,
  told boolean not null default false,
  acknowledged_at timestamptz,
  acknowledged_by text not null default ''
);
comment on column alert.detail is 'figures of ours that the text is made of; no lead''s data';
comment on column alert.told is 'sendings were made for its beginning; false: quiet hours, or no channel';
create unique index alert_standing on alert (account_id, kind, subject) where resolved_at is null;
create index alert_of_account on alert (account_id, (resolved_at is not null), fired_at desc, alert_id desc);

create index event_of_trouble on event (account_id, kind, occurred_at)
  where kind in ('delivery_settled', 'lead_escalated', '');
