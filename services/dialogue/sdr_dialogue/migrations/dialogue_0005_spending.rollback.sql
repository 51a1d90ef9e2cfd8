drop table transcript;
drop table account_month;
drop table spending;
alter table turn drop column verdicts;
