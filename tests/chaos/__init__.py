"""What happens to the app when everything around it goes wrong: `python -m tests.chaos`.

A real server and forty visitors, while every few seconds something is killed, frozen, filled, used
up or cut off. In the end every visitor has got what they asked for, or one sentence, and nothing is
left of the server when it has ended.
"""
