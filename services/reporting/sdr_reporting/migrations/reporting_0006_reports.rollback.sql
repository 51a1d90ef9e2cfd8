drop table feedback;
drop table survey;
create index lead_by_first_message on lead (account_id, first_message_at) include (first_answer_us);
drop index lead_came, lead_by_outcome, lead_of_outcome, lead_by_procedure, lead_by_closer, lead_by_inbox, lead_by_channel,
  lead_by_score;
delete from lead where updated_at is null;
alter table lead
  alter column updated_at set not null,
  alter column conversation_id drop default,
  drop column search_text, drop column outcome_at, drop column outcome, drop column asked, drop column phone,
  drop column inbox_id;
