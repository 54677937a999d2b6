"""Reading and writing files: whole or not at all, and never a pickle."""
