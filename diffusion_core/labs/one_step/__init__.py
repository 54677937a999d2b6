"""One step of training, taken slowly."""
