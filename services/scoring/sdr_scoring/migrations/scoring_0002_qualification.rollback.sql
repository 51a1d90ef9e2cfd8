drop table qualification;
drop function refuse_qualification_update;
drop table lead;
