drop table model_key;
