"""Predict, run, explain: what will happen, and what does."""
