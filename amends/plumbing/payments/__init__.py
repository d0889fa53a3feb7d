"""Money in and out through a payment gateway: the port that the refunds speak to, its HTTP client, and webhooks checked.

Not about what is owed or in which order tenders are paid back: amends.refunds is. No table here is evidence of what was paid.
"""
