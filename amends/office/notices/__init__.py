"""What is told to people, as the office keeps it: the table, its words, what went out, over which channels, and announcements."""
