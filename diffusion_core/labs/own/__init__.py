"""A model of their own: what visitors train on this server, in minutes.

recipe.py says what is trained and how, examples.py from what, learning.py does it, judging.py
measures it, and shelf.py keeps it for a while.
"""
