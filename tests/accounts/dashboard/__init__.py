"""The dashboard, seen from a browser's side."""
