-- next_account --
-- The account after another that has leads.
select min(account_id) as account_id from lead where account_id > %(after)s

-- first_lead --
-- When an account's first lead wrote; null: none did.
select min(first_message_at) as first_message_at from lead where account_id = %(account_id)s

-- hold_account --
-- As recording does: nothing is recorded for the account meanwhile.
select pg_advisory_xact_lock(hashtextextended('reporting.record', %(account_id)s))

-- replace_days --
-- Takes away what days stand where others will: the same ones, or those of another zone.
delete from report_day d
using unnest(%(starts)s::timestamptz[], %(untils)s::timestamptz[]) as gap (start, until)
where d.account_id = %(account_id)s and d.starts_at < gap.until and d.starts_at > gap.start - interval '2 days'
  and d.until > gap.start

-- add_days --
-- Counts days: what happened in them.
insert into report_day (account_id, starts_at, until, zone, sold, missed, cost_micro_usd)
select %(account_id)s, gap.start, gap.until, %(zone)s::text, coalesce(sum(sold), 0), coalesce(sum(missed), 0),
  coalesce(sum(cost_micro_usd), 0)
from unnest(%(starts)s::timestamptz[], %(untils)s::timestamptz[]) as gap (start, until)
left join ({happened_in_gaps}) as happened on happened.starts_at = gap.start
group by gap.start, gap.until

-- add_came --
-- Counts days: who came.
insert into report_came (account_id, starts_at, dimension, value, new, answered, judged, completed, hot, warm, abandoned,
  in_progress, won, lost, score_sum)
select %(account_id)s, came.* from ({came_in_gaps}) as came

-- add_judged --
-- Counts days: who was judged.
insert into report_judged (account_id, starts_at, temperature, lead_count, score_sum)
select %(account_id)s, starts_at, temperature, lead_count, score_sum from ({judged_in_gaps}) as judged

-- drop_days --
-- Takes away days that something changed; they are counted again.
delete from report_day d
using unnest(%(account_ids)s::bigint[], %(instants)s::timestamptz[]) as changed (account_id, instant)
where d.account_id = changed.account_id and d.starts_at <= changed.instant
  and d.starts_at > changed.instant - interval '2 days' and d.until > changed.instant
