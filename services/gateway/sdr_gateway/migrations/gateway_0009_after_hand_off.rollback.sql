alter table conversation drop column human_at, drop column handed_off_for, drop column noticed_at;
