"""Living examples of everything that happens to goods, in Bolt's shop: ways back, pieces that go out again, repairs, deliveries put right.

Each is a play (telling.py) with an order of its own (wares.py): a claim, then acts at so many hours before now, by the verbs that pages
call. It rests where its table says, so that whoever signs in finds every stage in the middle of its life.
"""
