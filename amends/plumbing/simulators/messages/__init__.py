"""Services that carry messages and reach nobody: `python -m amends.plumbing.simulators.messages --port 0 --book PATH`.

mail: SMTP on a port of its own, bounces as RFC 3464 says
aliyun, twilio: two SMS services with their own signatures; wechat: template messages; push: Web Push, opened with the browser's keys
book: every message that a person would have got, and every request, in SQLite, with an fsync before every answer
behaviour: how faithfully unreliable the services are, decided by seed and key, so that a run can be repeated
reports: what the services report afterwards, signed as each of them does, sometimes twice or out of order

They check what the real services check. They tell real time, whatever time the house plays, and import nothing of Amends.
"""
