"""Diffusion in the plane: points instead of pictures, so that one can see everything.

The same schedule, prediction, samplers and training as for digits; what is different is what x is:
(B, 2), a point each.
"""
