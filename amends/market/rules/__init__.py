"""Pure rules of orders: what an order is made of, how its money falls on single units, how foreign data becomes an order."""
