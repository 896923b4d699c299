"""Connected accounts and the people whose they are."""
