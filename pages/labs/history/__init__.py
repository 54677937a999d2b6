"""The time machine: a training, looked back on. A lab."""
