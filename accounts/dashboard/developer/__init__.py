"""Keys, webhooks, events and the API explorer."""
