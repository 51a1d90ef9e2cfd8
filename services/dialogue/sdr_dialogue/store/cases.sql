-- count --
-- How many an account has; writers of an account follow one another.
select count(*) as found from (
  select pg_advisory_xact_lock(hashtextextended('test_case', %(account_id)s))) locked
left join test_case on account_id = %(account_id)s where case_id is not null

-- add --
-- Keeps a case.
insert into test_case (account_id, content, created_by) values (%(account_id)s, %(content)s, %(created_by)s)
returning case_id, content, created_by, created_at, latest

-- list --
-- All of an account's, newest first.
select case_id, content, created_by, created_at, latest from test_case
where account_id = %(account_id)s order by case_id desc

-- find --
-- One.
select case_id, content, created_by, created_at, latest from test_case
where account_id = %(account_id)s and case_id = %(case_id)s

-- ran --
-- Keeps a run; nothing where the case was deleted meanwhile.
update test_case set latest = %(latest)s where account_id = %(account_id)s and case_id = %(case_id)s

-- delete --
-- Forgets a case.
delete from test_case where account_id = %(account_id)s and case_id = %(case_id)s returning case_id
