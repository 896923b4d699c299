"""Tags of the second floor."""
