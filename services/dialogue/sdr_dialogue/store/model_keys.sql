-- find --
-- An account's keys.
select provider, api_key, last_four, base_url, model, analysis_model, changed_at
from model_key where account_id = %(account_id)s order by provider

-- put --
-- Keeps a key in the place of the one that was there.
insert into model_key (account_id, provider, api_key, last_four, base_url, model, analysis_model)
values (%(account_id)s, %(provider)s, %(api_key)s, %(last_four)s, %(base_url)s, %(model)s, %(analysis_model)s)
on conflict on constraint model_key_pk do update set
  api_key = excluded.api_key, last_four = excluded.last_four, base_url = excluded.base_url, model = excluded.model,
  analysis_model = excluded.analysis_model, changed_at = now()

-- delete --
-- Forgets a key.
delete from model_key where account_id = %(account_id)s and provider = %(provider)s

-- lock_secrets --
-- Every sealed key, to be sealed anew.
select account_id, provider, api_key from model_key where api_key is not null order by account_id, provider for update

-- save_secret --
-- A key, sealed anew.
update model_key set api_key = %(api_key)s where account_id = %(account_id)s and provider = %(provider)s
