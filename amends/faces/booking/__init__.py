"""The books drawn for people: the T-accounts of a case or an order, in desk and office."""
