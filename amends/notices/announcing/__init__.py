"""Something told to many at once: a changed service, a holiday, a fault. Written, published once, told once to each, perhaps withdrawn.

`verbs` write and publish, `jobs` plan the messages in batches, `queries` say what is shown to whom and how many were reached.
"""
