-- find_policy --
-- An account's rules and channels.
select * from alert_policy where account_id = %(account_id)s

-- lock_policy --
-- Serialises those who change an account's rules.
select pg_advisory_xact_lock(hashtextextended('reporting.alert_policy', %(account_id)s)) as locked

-- put_policy --
-- Stores them; the version grows.
insert into alert_policy (account_id, version, settings, slack_url, waha_key)
values (%(account_id)s, 1, %(settings)s, %(slack_url)s, %(waha_key)s)
on conflict on constraint alert_policy_pk do update set version = alert_policy.version + 1,
  settings = excluded.settings, slack_url = excluded.slack_url, waha_key = excluded.waha_key, changed_at = now()
returning version

-- put_pulse --
-- How an account is, unless something newer is known.
insert into pulse (account_id, observed_at, body, chatwoot_down_since)
values (%(account_id)s, %(observed_at)s, %(body)s, case when not %(works)s then %(observed_at)s::timestamptz end)
on conflict on constraint pulse_pk do update set observed_at = excluded.observed_at, body = excluded.body,
  chatwoot_down_since = case when not %(works)s then coalesce(pulse.chatwoot_down_since, excluded.observed_at) end
where pulse.observed_at < excluded.observed_at

-- claim_watch --
-- The account whose rules wait longest to be looked at; one process at a time.
with next as materialized (
  select account_id from pulse
  where watched_at is null or watched_at < now() - make_interval(secs => %(interval_s)s)
  order by watched_at nulls first limit 1 for update skip locked)
update pulse p set watched_at = now() from next where p.account_id = next.account_id
returning p.*, now() as now

-- put_waha --
-- Whether the WhatsApp session works; since when it does not.
update pulse set waha_down_since = case when not %(works)s then coalesce(waha_down_since, now()) end
where account_id = %(account_id)s returning waha_down_since

-- troubles --
-- What may be trouble: deliveries and calls for a human of the last hour, and what this month of UTC has of events that
-- are kept and not counted: budgets are among them.
select kind, body from event
where account_id = %(account_id)s and kind in ('delivery_settled', 'lead_escalated')
  and occurred_at > %(now)s::timestamptz - interval '1 hour'
union all
select kind, body from event
where account_id = %(account_id)s and kind = ''
  and occurred_at >= date_trunc('month', %(now)s::timestamptz, 'UTC')

-- last_lead --
-- When the newest lead first wrote.
select max(first_message_at) as first_message_at from lead where account_id = %(account_id)s

-- hot_leads --
-- Hot leads of the last week that were handed over and that no human has answered: a human's word makes them pausado.
select contact_id, conversation_id, qualified_at, closer_email, qualification_id, passed.tried_count, passed.given_at
from lead
cross join lateral (
  select count(*) as tried_count, max(occurred_at) filter (where given) as given_at from reassignment r
  where r.account_id = lead.account_id and r.contact_id = lead.contact_id and r.occurred_at > lead.qualified_at) as passed
where account_id = %(account_id)s and contact_id > 0 and temperature = 'quente' and status = 'qualificado'
  and updated_at > %(now)s::timestamptz - interval '7 days' and qualified_at > %(now)s::timestamptz - interval '7 days'
order by qualified_at limit 200

-- hold_account --
-- As recording and forgetting do: no lead is forgotten between what was seen of it and what is told of it.
select pg_advisory_xact_lock(hashtextextended('reporting.record', %(account_id)s))

-- standing_alerts --
-- What was found and is not over, held until the transaction ends.
select * from alert where account_id = %(account_id)s and resolved_at is null order by fired_at for update

-- add_alert --
-- Something new was found; what stands already is left alone, and whoever was forgotten meanwhile is not named.
insert into alert (alert_id, account_id, kind, subject, contact_id, detail, fired_at)
select %(alert_id)s::uuid, %(account_id)s, %(kind)s::text, %(subject)s::text, %(contact_id)s::bigint, %(detail)s::jsonb, %(fired_at)s::timestamptz
where %(contact_id)s::bigint is null
  or exists (select from lead where account_id = %(account_id)s and contact_id = %(contact_id)s::bigint)
on conflict (account_id, kind, subject) where resolved_at is null do nothing

-- resolve_alert --
-- It is over.
update alert set resolved_at = %(resolved_at)s where alert_id = %(alert_id)s

-- mark_told --
-- Sendings were made for its beginning.
update alert set told = true where alert_id = %(alert_id)s

-- find_alert --
-- One alert of an account.
select * from alert where account_id = %(account_id)s and alert_id = %(alert_id)s

-- acknowledge_alert --
-- A person has seen it; the first one counts.
update alert set acknowledged_at = coalesce(acknowledged_at, now()),
  acknowledged_by = case when acknowledged_at is null then %(who)s else acknowledged_by end
where account_id = %(account_id)s and alert_id = %(alert_id)s returning *

-- page_alerts --
-- An account's alerts: those that stand first, then newest first.
select * from alert
where account_id = %(account_id)s and (not %(standing_only)s or resolved_at is null)
  and (%(after_at)s::timestamptz is null
    or (resolved_at is not null) > %(after_over)s::boolean
    or ((resolved_at is not null) = %(after_over)s::boolean
      and (fired_at, alert_id) < (%(after_at)s::timestamptz, %(after_id)s::uuid)))
order by (resolved_at is not null), fired_at desc, alert_id desc limit %(limit)s

-- alert_notices --
-- How people were told of some alerts, in order.
select owner_id, channel, resolved, state, problem from sending
where kind = 'alert' and owner_id = any(%(alert_ids)s::uuid[]) order by created_at, channel

-- lock_secrets --
-- Every secret of alerts, held until the transaction ends.
select account_id, slack_url, waha_key from alert_policy
where slack_url is not null or waha_key is not null order by account_id for update

-- save_secrets --
-- The same secrets, sealed anew.
update alert_policy set slack_url = %(slack_url)s, waha_key = %(waha_key)s where account_id = %(account_id)s
