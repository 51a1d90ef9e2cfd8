drop index mailbox_turn_poisoned;
drop table ignored_event;
