"""Telling people, in the page and by mail."""
