-- An account's own keys for language models; api_key is sealed with SDR_SECRET_KEY.
-- depends: dialogue_0010_insights

create table model_key (
  account_id bigint not null,
  provider text not null constraint model_key_provider check (provider in ('openai', 'anthropic', 'google')),
  api_key bytea,
  last_four text not null,
  base_url text not null,
  model text not null,
  analysis_model text not null,
  changed_at timestamptz not null default now(),
  constraint model_key_pk primary key (account_id, provider)
);
