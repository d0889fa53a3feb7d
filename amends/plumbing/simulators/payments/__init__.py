"""A payment gateway that moves no real money: `python -m amends.plumbing.simulators.payments --port 0 --book PATH`.

book: what was captured, refunded and charged back, in SQLite, with an fsync before every answer
behaviour: how faithfully unreliable it is, decided by seed and key, so that a run can be repeated
webhooks: answers pushed to the shop, signed, sometimes twice or out of order
server: HTTP on 127.0.0.1

It tells real time, whatever time the shop plays. Nothing here imports Amends: it must be able to contradict us.
"""
