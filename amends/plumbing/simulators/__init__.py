"""Faithful stand-ins for the services outside: each a process of its own with a book of its own, knowing nothing of Amends.

The demo and the tests use the same ones. A simulator imports the standard library and what speaks its wire (mail, sealed push); only
`launch` is for our own side. `behaving`, `books` and `serving` are what all of them stand on.
"""
