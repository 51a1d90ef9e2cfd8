drop table feedback;
drop table outcome;
