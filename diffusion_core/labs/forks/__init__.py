"""What if? A run that takes another turn on its way, beside the one that does not."""
