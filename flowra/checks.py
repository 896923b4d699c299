"""Start-up checks with ids."""
