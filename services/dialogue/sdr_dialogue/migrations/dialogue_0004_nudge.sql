-- depends: dialogue_0003_audit

alter table turn add column nudge boolean not null default false;
comment on column turn.nudge is
  'A reminder: it asks again without counting as an attempt, and stands behind the messages of the turn before it.';
