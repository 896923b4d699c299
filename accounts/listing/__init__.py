"""Which accounts a list wants: the same filters for the API and for the dashboard."""
