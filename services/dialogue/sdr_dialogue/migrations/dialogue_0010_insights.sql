-- Insights read what leads said in a period.
-- depends: dialogue_0009_prompts

set local lock_timeout = '5s';
create index line_said on line (account_id, said_at desc) where speaker = 'lead' and not deleted;
create index unanswered_asking_by_time on unanswered_asking (account_id, asked_at);
