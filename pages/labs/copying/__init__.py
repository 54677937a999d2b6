"""Does it copy? A lab."""
