"""What the pages of this floor are made of, whichever door shows them: forms, states and set-up in words."""
