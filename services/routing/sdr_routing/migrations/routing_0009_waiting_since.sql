-- depends: routing_0008_turn_history

-- From when a lead waited for what a delivery says: the measure of how long answers take.
alter table delivery add column waiting_since timestamptz;
