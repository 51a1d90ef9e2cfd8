drop function contacts_of(bigint, bigint);
drop function lead_of(bigint, bigint);
drop table phone_key;
drop table lead_phone;
drop table lead_link;
