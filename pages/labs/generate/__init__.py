"""Draw from the model, and what guidance trades. A lab."""
