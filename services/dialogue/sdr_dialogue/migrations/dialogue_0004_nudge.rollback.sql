delete from turn where nudge;
alter table turn drop column nudge;
