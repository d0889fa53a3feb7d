"""Promises on pages: the list with its figures, and the form that names another time. Made once, lived in by console, desk and office."""
