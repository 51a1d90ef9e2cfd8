-- depends: gateway_0005_forgotten_lead

-- What the wakes of a conversation follow from: since when the lead owes us an answer (seconds since 1970; 0: it
-- does not), whether our last line asked something, and whether this qualification had its reminder.
alter table conversation
  add column waiting_since double precision not null default 0,
  add column question_open boolean not null default false,
  add column nudged boolean not null default false;
