"""A shop's own stock system, simulated: `python -m amends.plumbing.simulators.stock --port 0 --book PATH`.

book: levels, moves and what was heard, in SQLite, with an fsync before every answer
server: HTTP on 127.0.0.1: the ear for the webhook, and the levers of tests

It tells real time, whatever time the shop plays. Nothing here imports Amends: it must be able to contradict us.
"""
