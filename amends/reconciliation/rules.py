"""Our rows against theirs, as plain values; no database."""
