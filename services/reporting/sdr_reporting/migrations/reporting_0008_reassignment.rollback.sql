drop table reassignment;
