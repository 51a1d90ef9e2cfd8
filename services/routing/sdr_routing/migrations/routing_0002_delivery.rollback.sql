drop table closer_turn;
drop table written_attribute;
drop table delivery_write;
drop table delivery;
drop table chatwoot_connection;
