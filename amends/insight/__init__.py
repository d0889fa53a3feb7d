"""Figures, each of which opens its cases."""
