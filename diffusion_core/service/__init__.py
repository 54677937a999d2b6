"""The model as a service to many visitors: a process that computes, and a client that asks it.

The worker process holds torch and the networks; the server's own process needs neither, so its
pages stay quick however much is being drawn, and it survives whatever happens to the worker.
"""
