-- depends: gateway_0008_session

-- When a human last had the word, why the conversation was handed off, and when the closer was last told of the
-- lead (seconds since 1970; 0: never).
alter table conversation
  add column human_at double precision not null default 0,
  add column handed_off_for text not null default ''
    constraint conversation_handed_off_for_check check (handed_off_for in ('', 'qualified', 'escalated')),
  add column noticed_at double precision not null default 0;
