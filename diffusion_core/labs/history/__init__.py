"""A training, looked back on."""
