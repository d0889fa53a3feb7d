"""Amends: after-sales service for marketplaces and shops. docs/adr tells why the house is built as it is."""
