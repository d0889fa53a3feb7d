"""A time-stamp authority, simulated: `python -m amends.plumbing.simulators.timestamps --port 0 --book PATH`.

der: the few ASN.1 shapes of RFC 3161, written and read
signing: its root, its certificate, and the signed answer (CMS)
book: what was stamped, in SQLite, with an fsync before every answer
server: RFC 3161 over HTTP on 127.0.0.1, and the levers of tests

It tells real time, whatever time the house plays, unless a test sets its clock. Nobody outside trusts its root: its stamps prove nothing to
third parties. Nothing here imports Amends: it must be able to contradict us.
"""
