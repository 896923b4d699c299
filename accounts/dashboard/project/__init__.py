"""The project itself: team, settings, look."""
