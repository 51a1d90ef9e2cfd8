"""What two or more services need, and no business rule: see each module's first line."""
