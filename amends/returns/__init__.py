"""Goods on their way back and home, and what was found when they arrived."""
