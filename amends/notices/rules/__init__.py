"""What is told to whom, how urgently, over which channels and not at night: tables and pure functions."""
