drop table escalation;
drop table qualification;
drop table first_message;
drop table lead_name;
drop table lead;
drop table event;
