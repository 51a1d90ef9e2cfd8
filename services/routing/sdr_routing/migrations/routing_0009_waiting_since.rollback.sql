alter table delivery drop column waiting_since;
