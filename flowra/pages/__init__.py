"""What every page for people is made of, whoever it is for: times, the trail in words, forms, who is signed in."""
