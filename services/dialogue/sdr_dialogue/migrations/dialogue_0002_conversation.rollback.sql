drop table turn;
drop table line;
drop table conversation;
drop table lead;
