"""Pages of the site that are made from what they tell of."""
