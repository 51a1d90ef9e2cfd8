-- purge_event --
-- What events said; that there was one, when and of which kind stays, because lists and figures rest on it.
update event set body = '' where event_id in (
  select e.event_id from event e
  where e.account_id = %(account_id)s and e.body <> '' and e.recorded_at < now() - make_interval(days => %(days)s)
  limit %(batch)s)
