"""The model in the reader's own tab: what fetches its engine, sends it, and tells it what to do."""
