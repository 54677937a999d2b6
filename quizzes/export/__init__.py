"""The questions in the formats of other programs: one module writes each, formats.py lists them."""
