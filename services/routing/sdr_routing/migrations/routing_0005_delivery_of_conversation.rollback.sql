drop index delivery_of_conversation;
