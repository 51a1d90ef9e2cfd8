-- Numbers of turns. One sequence for all: numbers of one key only grow, and no number is used twice.
create sequence mailbox_number;

-- What came in, once each. `ext` is the outside id that sorts the entries of a key; `version` is
-- empty for a creation, else a hash of the fields that matter, because updates share an id.
create table mailbox_entry (
  seq bigint generated always as identity constraint mailbox_entry_pk primary key,
  account_id bigint not null,
  event text not null,
  ext bigint not null,
  version text not null default '',
  key_id bigint not null,
  stirring boolean not null,
  body jsonb not null,
  traceparent text not null default '',
  arrived_at timestamptz not null default now(),
  turn bigint,
  constraint mailbox_entry_once_key unique (account_id, event, ext, version)
);
create index mailbox_entry_waiting on mailbox_entry (account_id, key_id) where turn is null;

-- One row per key (a conversation, a contact). Idle: the three moments say when a turn is due.
-- Turn open: the lease or the backoff holds it. `due_at` follows from them, so that no statement
-- can forget to make a key due again, nor end a lease by an arrival.
create table mailbox (
  account_id bigint not null,
  key_id bigint not null,
  -- Stirring entries that no turn has taken: oldest arrival, when they are due, and at the latest.
  first_at timestamptz,
  ready_at timestamptz,
  cap_at timestamptz,
  -- Quiet entries that no turn has taken: when they are due by themselves.
  quiet_at timestamptz,
  wake_at timestamptz,
  wake_reason text not null default '',
  -- The open turn: its number, its exact set of entries, and what was decided about it.
  turn bigint,
  entries bigint[] not null default '{}',
  since timestamptz,
  woken_for text not null default '',
  sealed boolean not null default false,
  answer bytea,
  -- Who works on it, until when; `setbacks` counts failures in a row that were not the turn's fault.
  owner text,
  epoch bigint not null default 0,
  attempt int not null default 0,
  setbacks int not null default 0,
  held_until timestamptz,
  due_at timestamptz generated always as (
    case when turn is null then least(ready_at, quiet_at, wake_at) else held_until end) stored,
  constraint mailbox_pk primary key (account_id, key_id),
  constraint mailbox_waiting_check check (num_nulls(first_at, ready_at, cap_at) in (0, 3)),
  constraint mailbox_turn_check check ((turn is null) = (held_until is null)),
  constraint mailbox_owner_check check (turn is not null or (owner is null and not sealed and entries = '{}'))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index mailbox_due on mailbox (due_at) where due_at is not null;

-- Turns that ended. A number that was superseded has no row; its entries stand under the later one.
create table mailbox_turn (
  turn bigint constraint mailbox_turn_pk primary key,
  account_id bigint not null,
  key_id bigint not null,
  entries bigint[] not null,
  epoch bigint not null,
  attempt int not null,
  outcome text not null,
  closed_at timestamptz not null default now()
);
create index mailbox_turn_of_key on mailbox_turn (account_id, key_id, turn);
