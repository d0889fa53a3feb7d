"""Our rows against theirs, and their files as rows: plain values, no database."""
