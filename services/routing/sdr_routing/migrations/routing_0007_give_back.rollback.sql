delete from delivery_write where kind = 'give_back';
alter table delivery_write drop constraint delivery_write_kind_known;
alter table delivery_write add constraint delivery_write_kind_known check (
  kind in ('attributes', 'labels', 'team', 'closer', 'note', 'message', 'status'));
