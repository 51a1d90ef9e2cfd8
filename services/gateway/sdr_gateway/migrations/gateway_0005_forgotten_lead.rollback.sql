drop table forgotten_lead;
