"""What pages of all kinds use."""
