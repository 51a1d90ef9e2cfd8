-- depends: dialogue_0007_knowledge

create table lead_link (
  account_id bigint not null,
  contact_id bigint not null,
  lead_id bigint not null,
  linked_at timestamptz not null default now(),
  constraint lead_link_pk primary key (account_id, contact_id),
  constraint lead_link_leads_elsewhere check (contact_id <> lead_id)
);
create index lead_link_lead on lead_link (account_id, lead_id);
comment on table lead_link is 'Contacts that are another contact''s lead: merged in Chatwoot, or of the same phone.';

create table lead_phone (
  account_id bigint not null,
  phone_hash bytea not null,
  lead_id bigint not null,
  constraint lead_phone_pk primary key (account_id, phone_hash)
);
create index lead_phone_lead on lead_phone (account_id, lead_id);
comment on column lead_phone.phone_hash is 'SHA-256 of phone_key, account and the normalised number; the number itself is kept nowhere.';

create table phone_key (
  only_one boolean not null default true,
  key text not null,
  constraint phone_key_pk primary key (only_one),
  constraint phone_key_only_one check (only_one)
);
insert into phone_key (key) values (gen_random_uuid()::text || gen_random_uuid()::text);
comment on table phone_key is 'Drawn once per installation, so that a copy of lead_phone alone tells no number.';

create function lead_of(account bigint, contact bigint) returns bigint language sql stable as
  'select coalesce((select l.lead_id from lead_link l where l.account_id = account and l.contact_id = contact), contact)';
comment on function lead_of is 'The contact under which the facts of a contact are kept.';

create function contacts_of(account bigint, contact bigint) returns setof bigint language sql stable as
  'select lead_of(account, contact) union select contact union select l.contact_id from lead_link l
    where l.account_id = account and l.lead_id = lead_of(account, contact)';
comment on function contacts_of is 'Every contact that is the same lead, the given one included.';
