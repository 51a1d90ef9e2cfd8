-- depends: gateway_0007_shard

-- People who are signed in. Of the cookie only a hash is kept.
create table session (
  secret_hash bytea constraint session_pk primary key,
  account_id bigint not null,
  user_id bigint not null,
  user_name text not null,
  role text not null constraint session_role_check check (role in ('administrator', 'agent')),
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  ends_at timestamptz not null
);
create index session_of_user on session (account_id, user_id);
create index session_by_end on session (ends_at);
-- Programs of integrators.
create table api_token (
  token_id bigint generated always as identity constraint api_token_pk primary key,
  account_id bigint not null,
  name text not null,
  secret_hash bytea not null constraint api_token_secret_key unique,
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_token_of_account on api_token (account_id, token_id);
