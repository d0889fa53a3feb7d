"""Who finally bears a cost: charge-backs to, deposits of merchants, return-freight insurance, statements."""
