-- lock --
-- Makes one account's knowledge this transaction's alone; it begins with version 0.
insert into knowledge as k (account_id, version) values (%(account_id)s, 0)
on conflict on constraint knowledge_pk do update set version = k.version
returning version, passage_count

-- bump --
-- Counts a change.
update knowledge set version = version + 1, passage_count = passage_count + %(passages)s
where account_id = %(account_id)s returning version

-- find_document --
-- A document by its number or by its key; both may exist and differ.
select document_id, key, content_hash, passage_count, origin from document
where account_id = %(account_id)s and (document_id = %(document_id)s or key = %(key)s)

-- put_document --
-- Stores a new document.
insert into document (account_id, key, kind, origin, title, source, text, content_hash, passage_count, version,
  analysis)
values (%(account_id)s, %(key)s, %(kind)s, %(origin)s, %(title)s, %(source)s, %(text)s, %(content_hash)s,
  %(passage_count)s, %(version)s, %(analysis)s)
returning document_id

-- replace_document --
-- Stores other content of a document; its passages are not embedded any more.
update document set key = %(key)s, kind = %(kind)s, origin = %(origin)s, title = %(title)s, source = %(source)s,
  text = %(text)s, content_hash = %(content_hash)s, passage_count = %(passage_count)s, version = %(version)s,
  analysis = %(analysis)s, embedded_model = '', claimed_until = null, attempts = 0, changed_at = now()
where account_id = %(account_id)s and document_id = %(document_id)s returning document_id

-- drop_passages --
-- Takes a document's passages out of the index, their terms out of the counts, and embeddings that no other
-- passage uses.
with gone as (
  delete from passage where account_id = %(account_id)s and document_id = %(document_id)s
  returning passage_id, text_hash, lexemes),
counted as (
  select x.lexeme, count(*) as passages from gone cross join unnest(tsvector_to_array(gone.lexemes)) as x(lexeme)
  group by x.lexeme),
less as (
  update term t set passage_count = t.passage_count - c.passages from counted c
  where t.account_id = %(account_id)s and t.lexeme = c.lexeme)
delete from embedding e using gone g
where e.account_id = %(account_id)s and e.text_hash = g.text_hash and not exists (
  select from passage p where p.account_id = e.account_id and p.text_hash = e.text_hash
    and p.document_id <> %(document_id)s)

-- add_passages --
-- Puts a document's passages into the index and counts their terms.
with added as (
  insert into passage (account_id, document_id, title, text, text_hash, faq, lexemes)
  select %(account_id)s, %(document_id)s, x.title, x.text, x.text_hash, %(faq)s, array_to_tsvector(x.lexemes)
  from json_to_recordset(%(passages)s::json) as x (position int, title text, text text, text_hash text, lexemes text[])
  order by x.position
  returning lexemes)
insert into term as t (account_id, lexeme, passage_count)
select %(account_id)s, x.lexeme, count(*) from added cross join unnest(tsvector_to_array(added.lexemes)) as x(lexeme)
group by x.lexeme order by x.lexeme
on conflict on constraint term_pk do update set passage_count = t.passage_count + excluded.passage_count

-- drop_terms --
-- Forgets terms that no passage has any more.
delete from term where account_id = %(account_id)s and passage_count <= 0

-- delete_document --
-- Forgets a document whose passages are dropped.
delete from document where account_id = %(account_id)s and document_id = %(document_id)s

-- documents --
-- One page of documents, latest change first.
select document_id, kind, origin, title, source, length(text) as character_count, passage_count, version,
  embedded_model <> '' as embedded, changed_at
from document
where account_id = %(account_id)s and (%(before_at)s::timestamptz is null
  or (changed_at, document_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint))
order by changed_at desc, document_id desc limit %(limit)s

-- document --
-- One document with its text.
select document_id, kind, origin, title, source, length(text) as character_count, passage_count, version,
  embedded_model <> '' as embedded, changed_at, text
from document where account_id = %(account_id)s and document_id = %(document_id)s

-- settings_documents --
-- What came from the account's settings.
select document_id, key, content_hash from document where account_id = %(account_id)s and origin = 'settings'

-- version --
-- The version and size of an account's knowledge.
select version, passage_count from knowledge where account_id = %(account_id)s

-- terms --
-- How many passages have each term, of an account, at the version that goes with it.
select (select version from knowledge where account_id = %(account_id)s) as version,
  (select passage_count from knowledge where account_id = %(account_id)s) as passage_count,
  coalesce((select json_object_agg(lexeme, passage_count) from term
    where account_id = %(account_id)s and passage_count > 0), '{}'::json) as counts

-- search --
-- The passages that fit best by full text (rare terms weigh more) and, where there is a vector, by meaning; each
-- with its place in both, at the version that was read. Without a match one row tells the version alone.
with asked as (
  select lexeme, weight from unnest(%(lexemes)s::text[], %(weights)s::float8[]) as x(lexeme, weight)),
weighed as (
  select p.passage_id, sum(a.weight) as score
  from asked a join passage p on p.lexemes @@ quote_literal(a.lexeme)::tsquery and p.account_id = %(account_id)s
  group by p.passage_id order by score desc, p.passage_id limit %(candidates)s),
by_text as (select passage_id, row_number() over (order by score desc, passage_id) as place from weighed),
near as (
  select p.passage_id, e.vector operator(public.<=>) %(vector)s::public.halfvec as distance
  from embedding e join passage p on p.account_id = e.account_id and p.text_hash = e.text_hash
  where %(vector)s::text is not null and e.account_id = %(account_id)s and e.model = %(model)s
  order by distance, p.passage_id limit %(candidates)s),
by_meaning as (select passage_id, row_number() over (order by distance, passage_id) as place from near)
select k.version, p.passage_id, p.document_id, p.title, p.text, p.faq,
  tsvector_to_array(p.lexemes) as words, t.place as text_place, m.place as meaning_place
from knowledge k
left join (by_text t full join by_meaning m using (passage_id)) on true
left join passage p on p.account_id = k.account_id and p.passage_id = coalesce(t.passage_id, m.passage_id)
where k.account_id = %(account_id)s

-- claim_embedding --
-- Takes one document whose passages are not embedded by the model, for so many seconds; each failed try waits
-- twice as long.
update document d set attempts = d.attempts + 1,
  claimed_until = now() + make_interval(secs => %(lease_s)s * power(2, least(d.attempts, 6)))
where (d.account_id, d.document_id) = (
  select c.account_id, c.document_id from document c
  where c.embedded_model <> %(model)s and (c.claimed_until is null or c.claimed_until < now())
  order by c.changed_at limit 1 for update skip locked)
returning d.account_id, d.document_id, d.version

-- unembedded --
-- Texts of a document that no passage has been embedded for by the model.
select distinct p.text_hash, p.title, p.text from passage p
where p.account_id = %(account_id)s and p.document_id = %(document_id)s and not exists (
  select from embedding e where e.account_id = p.account_id and e.model = %(model)s and e.text_hash = p.text_hash)

-- embed --
-- Stores embeddings of all of a document's texts, unless the document changed meanwhile.
with whole as (
  update document set embedded_model = %(model)s, claimed_until = null, attempts = 0
  where account_id = %(account_id)s and document_id = %(document_id)s and version = %(version)s
  returning account_id)
insert into embedding (account_id, model, text_hash, vector)
select w.account_id, %(model)s, x.text_hash, x.vector::public.halfvec
from whole w cross join json_to_recordset(%(vectors)s::json) as x (text_hash text, vector text)
on conflict on constraint embedding_pk do nothing

-- stale --
-- Documents that an earlier analysis cut, some of them.
select account_id, document_id from document where analysis <> %(analysis)s order by account_id, document_id limit 50

-- content --
-- A document's content.
select kind, origin, title, source, text from document
where account_id = %(account_id)s and document_id = %(document_id)s

-- unsynced --
-- Accounts whose settings were stored before there was a knowledge.
select distinct s.account_id from account_settings s
where not exists (select from knowledge k where k.account_id = s.account_id) limit 50
