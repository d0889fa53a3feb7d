"""Messages out over channels outside: the port that notices speak to, a client for each service, and their reports checked.

Not about whom to tell what and when: amends.notices is. Nothing here knows a case or a person, only an address and words.
"""
