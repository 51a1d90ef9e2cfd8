drop index delivery_pending;
drop index delivery_write_message;
alter table delivery_write drop column refusals, drop column remedy, drop column faults, drop column faulty_since;
