"""The server's process itself: how it starts, what it does with slow or too many visitors, and how
it ends."""
