"""Couriers that carry nothing: `python -m amends.plumbing.simulators.carriers --port 0 --book PATH`.

book: labels, pick-ups, parcels and what was told of them, in SQLite, with an fsync before every answer
behaviour and journeys: how faithfully unreliable they are, decided by seed and waybill, so that a run can be repeated
house, easypost, kuaidi100: three wires about the one book
server: HTTP on 127.0.0.1, and the levers of tests

It tells real time, whatever time the shop plays. Nothing here imports Amends: it must be able to contradict us.
"""
