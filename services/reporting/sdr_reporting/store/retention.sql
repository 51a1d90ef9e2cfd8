-- purge_event --
-- What events said; that there was one, when and of which kind stays, because lists and figures rest on it.
update event set body = '' where event_id in (
  select e.event_id from event e
  where e.account_id = %(account_id)s and e.body <> '' and e.recorded_at < now() - make_interval(days => %(days)s)
  limit %(batch)s)

-- purge_sending --
-- What went out, or did not; what still waits stays.
delete from sending where sending_id in (
  select s.sending_id from sending s
  where s.account_id = %(account_id)s and s.state in ('sent', 'failed', 'uncertain')
    and s.created_at < now() - make_interval(days => %(days)s)
  limit %(batch)s)

-- purge_alert --
-- Alerts that are over.
delete from alert where alert_id in (
  select a.alert_id from alert a
  where a.account_id = %(account_id)s and a.resolved_at < now() - make_interval(days => %(days)s)
  limit %(batch)s)
