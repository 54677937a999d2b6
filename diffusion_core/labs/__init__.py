"""What the labs of the training page and the deep dive compute, each with its job."""
