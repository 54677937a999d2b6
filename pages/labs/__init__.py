"""The labs of the training and the applications page: one file each, with words of its own.

A lab is a module with `lab()`, which shows it; its words are in assets/lesson/lab-NAME.md, and the
bank's question that stands beside it is the one with `beside: PAGE-NAME`.
"""
