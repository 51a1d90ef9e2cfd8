-- depends: dialogue_0006_vector

create table knowledge (
  account_id bigint not null,
  version bigint not null,
  passage_count bigint not null default 0,
  constraint knowledge_pk primary key (account_id)
);
comment on column knowledge.version is 'Counts changes; a search names the version that it read.';

create table document (
  account_id bigint not null,
  document_id bigint generated always as identity,
  key text not null,
  kind text not null,
  origin text not null,
  title text not null,
  source text not null,
  text text not null,
  content_hash text not null,
  passage_count int not null,
  version bigint not null,
  analysis int not null,
  embedded_model text not null default '',
  claimed_until timestamptz,
  attempts int not null default 0,
  changed_at timestamptz not null default now(),
  constraint document_pk primary key (account_id, document_id),
  constraint document_key_once unique (account_id, key)
);
create index document_changed_at on document (account_id, changed_at desc, document_id desc);
comment on column document.key is 'Address, file name or question: what makes two puts mean the same document.';
comment on column document.analysis is 'Which analysis made its lexemes; an older one is made anew.';
comment on column document.embedded_model is 'The model all of its passages are embedded by; empty: none.';

create table passage (
  account_id bigint not null,
  passage_id bigint generated always as identity,
  document_id bigint not null,
  title text not null,
  text text not null,
  text_hash text not null,
  faq boolean not null,
  lexemes tsvector not null,
  constraint passage_pk primary key (account_id, passage_id),
  constraint passage_document_fk foreign key (account_id, document_id) references document on delete cascade
);
create index passage_document on passage (account_id, document_id);
create index passage_lexemes on passage using gin (lexemes);

create table term (
  account_id bigint not null,
  lexeme text not null,
  passage_count bigint not null,
  constraint term_pk primary key (account_id, lexeme)
);
comment on table term is 'How many passages of an account have a lexeme: rare ones tell more.';

create table embedding (
  account_id bigint not null,
  model text not null,
  text_hash text not null,
  vector public.halfvec not null,
  constraint embedding_pk primary key (account_id, model, text_hash)
);
-- Read whole by every search: 512 half-precision numbers stay in the row.
alter table embedding alter column vector set storage plain;

create table unanswered (
  account_id bigint not null,
  unanswered_id bigint generated always as identity,
  key text not null,
  lexemes text[] not null,
  state text not null default 'open',
  changed_at timestamptz not null default now(),
  constraint unanswered_pk primary key (account_id, unanswered_id),
  constraint unanswered_key_once unique (account_id, key),
  constraint unanswered_state_known check (state in ('open', 'approved', 'rejected'))
);

create table unanswered_asking (
  account_id bigint not null,
  conversation_id bigint not null,
  turn_id bigint not null,
  unanswered_id bigint not null,
  contact_id bigint not null,
  question text not null,
  asked_at timestamptz not null default now(),
  constraint unanswered_asking_pk primary key (account_id, conversation_id, turn_id),
  constraint unanswered_asking_group_fk foreign key (account_id, unanswered_id) references unanswered on delete cascade
);
create index unanswered_asking_group on unanswered_asking (account_id, unanswered_id);

alter table turn add column citations jsonb not null default '[]';
alter table turn add column knowledge_version bigint not null default 0;
comment on column turn.citations is 'Passages that the answer rests on, with their titles then.';
