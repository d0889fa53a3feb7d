"""Couriers by the names that people type; the table itself is plumbing.carriers.names, which the ways to them need too."""

from amends.plumbing.carriers.names import COURIERS, carrier_key, carrier_words

__all__ = ["COURIERS", "carrier_key", "carrier_words"]
