drop table conversation;
drop table sweep_position;
drop table account;
