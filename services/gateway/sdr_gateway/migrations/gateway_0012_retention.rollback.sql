alter table account drop column retained_at;
