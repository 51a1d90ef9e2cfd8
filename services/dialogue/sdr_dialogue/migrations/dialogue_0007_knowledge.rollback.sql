alter table turn drop column knowledge_version;
alter table turn drop column citations;
drop table unanswered_asking;
drop table unanswered;
drop table embedding;
drop table term;
drop table passage;
drop table document;
drop table knowledge;
