"""What the pages of support and of operators tell about accounts."""
