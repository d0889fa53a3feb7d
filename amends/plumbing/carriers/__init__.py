"""Couriers: what Amends asks of any of them (port), those it speaks to, and how each is set up."""
