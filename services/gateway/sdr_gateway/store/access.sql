-- open_session --
-- Signs a person in; whatever ended is swept away on the way.
with ended as (delete from session where ends_at < now())
insert into session (secret_hash, account_id, user_id, user_name, role, ends_at)
values (%(secret_hash)s, %(account_id)s, %(user_id)s, %(user_name)s, %(role)s,
  now() + make_interval(secs => %(whole_s)s))

-- find_session --
-- A session that still lasts; `stale` says that its last request should be noted.
select account_id, user_id, user_name, role, seen_at < now() - interval '1 minute' as stale
from session
where secret_hash = %(secret_hash)s and ends_at > now() and seen_at > now() - make_interval(secs => %(idle_s)s)

-- touch_session --
-- Notes a request; at most once a minute, so that reading pages writes little.
update session set seen_at = now() where secret_hash = %(secret_hash)s

-- close_session --
-- Signs out here.
delete from session where secret_hash = %(secret_hash)s

-- close_sessions --
-- Signs a person out everywhere.
delete from session where account_id = %(account_id)s and user_id = %(user_id)s

-- list_sessions --
-- Who is signed in, the last seen first. A session is named by a part of its hash, of which nobody makes a cookie.
select encode(substr(secret_hash, 1, 8), 'hex') as session_id, user_id, user_name, role, created_at, seen_at,
  least(ends_at, seen_at + make_interval(secs => %(idle_s)s)) as ends_at,
  secret_hash = %(own)s as is_own
from session
where account_id = %(account_id)s and ends_at > now() and seen_at > now() - make_interval(secs => %(idle_s)s)
order by seen_at desc limit 200

-- end_session --
-- Ends somebody's session; no row: there is none.
delete from session
where account_id = %(account_id)s and encode(substr(secret_hash, 1, 8), 'hex') = %(session_id)s
returning user_id

-- create_token --
-- Gives a program access.
insert into api_token (account_id, name, secret_hash, scopes, created_by)
values (%(account_id)s, %(name)s, %(secret_hash)s, %(scopes)s, %(created_by)s)
returning token_id, created_at

-- find_token --
-- A token that was not revoked.
select token_id, account_id, scopes, coalesce(last_used_at < now() - interval '1 minute', true) as stale
from api_token where secret_hash = %(secret_hash)s and revoked_at is null

-- touch_token --
-- Notes a use; at most once a minute.
update api_token set last_used_at = now() where token_id = %(token_id)s

-- list_tokens --
-- An account's tokens, newest first; without their secrets, which nobody has any more.
select token_id, name, scopes, created_by, created_at, last_used_at, revoked_at
from api_token where account_id = %(account_id)s order by token_id desc limit 200

-- revoke_token --
-- Takes a program's access away; no row: there is no such token.
update api_token set revoked_at = coalesce(revoked_at, now())
where account_id = %(account_id)s and token_id = %(token_id)s
returning token_id
