"""What the shop told us: orders, lines, payments, products, merchants, consumers; and where demo orders come from."""
