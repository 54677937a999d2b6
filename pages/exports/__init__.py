"""What can be taken away from the stage: a GIF, a PNG strip, a PDF handout, a QR code.

Pure functions from settings (for the reverse process, and the recordings of the model) to bytes:
the same settings give the same bytes. They need no network, and no torch.
"""
