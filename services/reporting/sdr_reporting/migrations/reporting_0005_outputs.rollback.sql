drop index event_of_trouble;
drop table alert;
drop table pulse;
drop table alert_policy;
drop table sending;
drop table schedule;
