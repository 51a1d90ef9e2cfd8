alter table conversation drop column waiting_since, drop column question_open, drop column nudged;
