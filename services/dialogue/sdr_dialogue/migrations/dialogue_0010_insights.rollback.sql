drop index unanswered_asking_by_time;
drop index line_said;
