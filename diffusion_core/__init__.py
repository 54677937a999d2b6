"""Diffusion models, small enough to read: the maths, the network and the samplers of this app.

Nothing in here knows of Streamlit. Start with schedule.py and prediction.py (what noise does to a
picture), then samplers.py (how to undo it), then unet.py and training.py (who learned to).
"""
