"""Statements on paper: one plain document of words and whole minor units, written as CSV, XLSX or PDF, in both languages at once.

XlsxWriter and typst are heavy: they are imported by a process of its own (`python -m amends.liability.papers`), never by the web's.
"""
