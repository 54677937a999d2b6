"""What the pages of the lesson are made of."""
