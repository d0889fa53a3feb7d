"""The case as a whole in portal, console and desk: what it belongs with, more time, taking it up again, splitting and merging."""
