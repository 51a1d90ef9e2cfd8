-- depends: gateway_0006_wakes

-- Which part of a divided installation a conversation belongs to. There is one part now (shards = 1, every answer 0).
-- MD5 rather than Postgres's own hash, so that whatever stands in front of several databases can compute it too.
create function shard_of(account_id bigint, conversation_id bigint, shards int) returns int
language sql immutable strict parallel safe as
$$ select (('x' || substr(md5(account_id || '/' || conversation_id), 1, 8))::bit(32)::bigint % shards)::int $$;
