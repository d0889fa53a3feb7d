"""Living examples of quarrels in Bolt's shop: offers, reviews, rulings, appeals, cases joined and parted, tasks, an authority's complaint.

Each is a play as in goods/: it rests where its table says. Who judges, tests and answers for the platform is seated by bench.py.
"""
