drop function shard_of(bigint, bigint, int);
