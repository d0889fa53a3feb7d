"""What vouchers and purses may do, as plain values; no database."""
