-- depends: gateway_0002_shared

-- An account that is connected to its Chatwoot. Secrets are sealed with the installation's key.
create table account (
  account_id bigint constraint account_pk primary key,
  chatwoot_url text not null,
  chatwoot_account_id bigint not null,
  chatwoot_version text not null,
  admin_token_sealed bytea not null,
  -- Null: this Chatwoot does not sign; the path secret stands in.
  webhook_secret_sealed bytea,
  path_secret_sealed bytea not null,
  -- Messages older than this are context and never answered. Set once.
  connected_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- The sweep: what it has seen, when it ran, and whose it is.
  swept_until timestamptz,
  swept_at timestamptz,
  sweep_owner text,
  sweep_lease_until timestamptz
);
-- Moved only by listings, never by webhooks, so that a gap heals.
create table sweep_position (
  account_id bigint not null,
  conversation_id bigint not null,
  swept_through_id bigint not null,
  constraint sweep_position_pk primary key (account_id, conversation_id)
);
-- What decides whether the bot speaks in a conversation. Only the holder of its mailbox writes it.
create table conversation (
  account_id bigint not null,
  conversation_id bigint not null,
  phase text not null constraint conversation_phase_check check (phase in ('active', 'paused', 'handed_off', 'opted_out')),
  -- human_message or assignment while paused, else empty.
  paused_by text not null default '',
  paused_at timestamptz,
  -- The snapshot with the greatest updated_at that was seen.
  chatwoot_status text not null default '',
  human_assigned boolean not null default false,
  snapshot_at double precision not null default 0,
  -- The greatest Chatwoot message id that a turn took in.
  last_message_id bigint not null default 0,
  updated_at timestamptz not null default now(),
  constraint conversation_pk primary key (account_id, conversation_id)
) with (fillfactor = 70);
