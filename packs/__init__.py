"""Policy packs as data: laws by country, platforms, and what tests use. Nothing here is code."""
