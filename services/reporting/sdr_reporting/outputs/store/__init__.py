"""What goes out, kept in Postgres."""
