"""Language engines: what understands a lead and answers it."""
