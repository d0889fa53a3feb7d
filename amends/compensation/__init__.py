"""What is given beside the price: vouchers, points, price protection, goodwill payments, differences of an exchange."""
