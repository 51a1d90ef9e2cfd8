-- list_leads --
-- Leads without news since the snapshot, the latest news first, after a position.
select lead.*, updated_at as place from lead
where account_id = %(account_id)s and contact_id > 0 and updated_at is not null and last_seq <= %(snapshot)s
  and {filters}
  and (%(after_place)s::timestamptz is null
    or (updated_at, contact_id) < (%(after_place)s::timestamptz, %(after_id)s::bigint))
order by updated_at desc, contact_id desc limit %(limit)s

-- search_recent_leads --
-- As list_leads, by text, among the next 2,000 of the list: fills a page at once where the text is common.
select recent.*, updated_at as place from (
  select * from lead
  where account_id = %(account_id)s and contact_id > 0 and updated_at is not null and last_seq <= %(snapshot)s
    and {filters}
    and (%(after_place)s::timestamptz is null
      or (updated_at, contact_id) < (%(after_place)s::timestamptz, %(after_id)s::bigint))
  order by updated_at desc, contact_id desc limit 2000) as recent
where search_text like %(pattern)s::text
order by updated_at desc, contact_id desc limit %(limit)s

-- search_leads --
-- As list_leads, by text, among all: finds at once where the text is rare.
select lead.*, updated_at as place from lead
join lead_name using (account_id, contact_id)
where account_id = %(account_id)s and contact_id > 0 and updated_at is not null and last_seq <= %(snapshot)s
  and {filters}
  and (%(after_place)s::timestamptz is null
    or (updated_at, contact_id) < (%(after_place)s::timestamptz, %(after_id)s::bigint))
  and grams @> %(grams)s::text[] and search_text like %(pattern)s::text
order by updated_at desc, contact_id desc limit %(limit)s

-- list_moved_leads --
-- Leads that had news since the snapshot, where they stood as of it; those that are new since are left out. Asides
-- are no news.
select lead.*, then_at.place from lead
join lateral (
  select max(occurred_at) as place from event
  where event.account_id = lead.account_id and event.contact_id = lead.contact_id and seq <= %(snapshot)s
    and kind not in ('', 'model_used', 'outcome_recorded', 'feedback_given', 'survey_answered')) as then_at
  on then_at.place is not null
where account_id = %(account_id)s and contact_id > 0 and last_seq > %(snapshot)s
  and {filters}
  and (%(pattern)s::text is null or search_text like %(pattern)s::text)
  and (%(after_place)s::timestamptz is null
    or (place, contact_id) < (%(after_place)s::timestamptz, %(after_id)s::bigint))
order by place desc, contact_id desc limit %(limit)s

-- leads_by_score --
-- Leads by score, the highest first, those without one last.
select lead.*, score as place from lead
where account_id = %(account_id)s and contact_id > 0 and updated_at is not null
  and {filters} and {matches}
  and (%(after_id)s::bigint is null
    or case when %(after_place)s::int is null then score is null and contact_id < %(after_id)s::bigint
      else score is null or (score, contact_id) < (%(after_place)s::int, %(after_id)s::bigint) end)
order by score desc nulls last, contact_id desc limit %(limit)s

-- leads_newest --
-- Leads by first message, the latest first; those that never wrote are left out.
select lead.*, first_message_at as place from lead
where account_id = %(account_id)s and contact_id > 0 and updated_at is not null and first_message_at is not null
  and {filters} and {matches}
  and (%(after_place)s::timestamptz is null
    or (first_message_at, contact_id) < (%(after_place)s::timestamptz, %(after_id)s::bigint))
order by first_message_at desc, contact_id desc limit %(limit)s

-- leads_oldest --
-- Leads by first message, the earliest first; those that never wrote are left out.
select lead.*, first_message_at as place from lead
where account_id = %(account_id)s and contact_id > 0 and updated_at is not null and first_message_at is not null
  and {filters} and {matches}
  and (%(after_place)s::timestamptz is null
    or (first_message_at, contact_id) > (%(after_place)s::timestamptz, %(after_id)s::bigint))
order by first_message_at, contact_id limit %(limit)s

-- filters --
-- Which leads are wanted; what is not set costs nothing, because statements are planned with their values.
    (%(temperature)s::text is null or temperature = %(temperature)s::text)
  and (%(status)s::text is null or status = %(status)s::text)
  and (%(procedure)s::text is null or procedure = %(procedure)s::text)
  and (%(closer_email)s::text is null or closer_email = %(closer_email)s::text)
  and (%(channel)s::text is null or channel = %(channel)s::text)
  and (%(inbox_id)s::bigint is null or inbox_id = %(inbox_id)s::bigint)
  and (%(start)s::timestamptz is null or first_message_at >= %(start)s::timestamptz)
  and (%(until)s::timestamptz is null or first_message_at < %(until)s::timestamptz)
  and (%(outcome)s::text is null or outcome = %(outcome)s::text)

-- matches --
-- Which leads a text finds.
contact_id in (
  select contact_id from lead_name where lead_name.account_id = %(account_id)s and grams @> %(grams)s::text[])
  and search_text like %(pattern)s::text
