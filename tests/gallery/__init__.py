"""Every page and state that a person may meet, looked at in a real browser; `make screenshots` keeps the pictures."""
