-- depends: routing_0006_closing_once

-- A conversation can be given back to the bot. Every row fits already, so that nothing needs to be read again.
alter table delivery_write drop constraint delivery_write_kind_known;
alter table delivery_write add constraint delivery_write_kind_known check (
  kind in ('attributes', 'labels', 'team', 'closer', 'note', 'message', 'status', 'give_back')) not valid;
