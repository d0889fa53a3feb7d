"""Limits and four eyes: which action needs whom, by role and sum. Plain values; no database."""
