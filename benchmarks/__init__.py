"""How fast it is: the model alone (model.py), and the app in a real browser (browser.py).

Everything is measured several times and told as a median with the fastest and the slowest, since
a single time on a shared machine says little. report.py compares it with what we aim for.
"""
