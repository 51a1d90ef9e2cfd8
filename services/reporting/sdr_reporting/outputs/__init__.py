"""What reporting says of its own accord: scheduled reports, and alerts for people."""
