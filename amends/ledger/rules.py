"""The chart of accounts, and which of them each thing that happens moves. Plain values; no database.

Accounts are (party, name). Debit is positive: what a clearing account holds and what anybody owes us; credit is negative: what we owe.
"""

from __future__ import annotations

Account = tuple[str, str]

GATEWAY, HELD, OWED = ("clearing", "gateway"), ("merchant", "held"), ("consumer", "owed")
"""What lies at the gateway, what the platform holds for the merchant, what is owed to the consumer."""

OUTSIDE = frozenset({"carrier", "supplier", "insurer"})
"""Parties whose accounts belong to a row of liability.Bearer."""

POSTINGS: dict[str, tuple[Account, Account]] = {
    # what happened: debited (positive), credited (negative)
    "captured": (GATEWAY, HELD),
    "owed": (HELD, OWED),
    "paid": (OWED, GATEWAY),
    "covered": (OWED, GATEWAY),
    "dropped": (OWED, HELD),
}
