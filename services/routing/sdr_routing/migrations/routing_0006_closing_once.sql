-- Which judgement a delivery closes: one closing message ever for each.
-- depends: routing_0005_delivery_of_conversation

set lock_timeout = '5s';

alter table delivery add column qualification_id text not null default '';

create unique index delivery_closing on delivery (account_id, qualification_id) where closing and qualification_id <> '';
