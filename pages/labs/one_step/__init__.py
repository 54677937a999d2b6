"""One step of training, taken slowly. A lab."""
