alter table account drop column pulsed_at;
