"""The merchant's console: what waits for the shop, one case with its legal acts, parcels to receive and inspect, notices."""
