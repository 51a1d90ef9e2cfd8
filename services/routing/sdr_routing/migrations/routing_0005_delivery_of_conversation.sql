-- depends: routing_0004_refusal

create index delivery_of_conversation on delivery (account_id, conversation_id, seq);
