"""MNIST, the digits that stand in for it, and what can be done to a picture."""
