"""The verbs and the machinery on the command line."""
