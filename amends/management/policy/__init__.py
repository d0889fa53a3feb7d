"""`amends policy …`: one file for each word after `policy`, found by its name.

A file has HELP (one line), `add_arguments(parser)` and `run(asked)`; what it refuses it raises, and the command line says it.
"""
