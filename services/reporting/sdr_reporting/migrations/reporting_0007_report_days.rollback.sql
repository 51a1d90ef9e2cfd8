drop index qualification_superseded;
drop table report_judged;
drop table report_came;
drop table report_day;
