"""How the app is doing, and the first three steps."""
