"""A person's own page of connections: what is theirs, what it may do, who used it, and how to take it back."""
