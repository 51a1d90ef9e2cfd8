-- depends: gateway_0011_ignored_event

alter table account add column retained_at timestamptz;
comment on column account.retained_at is 'when what is old was erased last; null: never';
