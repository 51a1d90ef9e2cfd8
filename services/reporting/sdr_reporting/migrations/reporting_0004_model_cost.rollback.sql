drop table model_cost;
