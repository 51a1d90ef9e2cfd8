-- When reporting was told last how an account is.
-- depends: gateway_0012_retention

set local lock_timeout = '5s';
alter table account add column pulsed_at timestamptz;
