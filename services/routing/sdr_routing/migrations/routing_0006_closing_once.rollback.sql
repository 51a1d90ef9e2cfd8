drop index delivery_closing;
alter table delivery drop column qualification_id;
