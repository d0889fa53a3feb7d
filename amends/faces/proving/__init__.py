"""Proof files on pages: making and fetching one in each face, and the page where anybody checks one."""
