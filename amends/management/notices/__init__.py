"""`amends notices …`: one file for each word after `notices`, found by its name (`send_test.py` is `send-test`).

A file has HELP (one line), `add_arguments(parser)` and `run(asked)`; what it refuses it raises, and the command line says it.
"""
