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
    # vouchers, each currency's in a unit of its own: given by the merchant, or by us; redeemed, revoked or expired
    "voucher_given": (("merchant", "vouchers_given"), ("consumer", "vouchers")),
    "voucher_given_ours": (("platform", "vouchers_given"), ("consumer", "vouchers")),
    "voucher_ended": (("consumer", "vouchers"), ("merchant", "vouchers_given")),
    "voucher_ended_ours": (("consumer", "vouchers"), ("platform", "vouchers_given")),
    # what one of ours was redeemed for, in money: owed to the merchant who took it
    "voucher_met": (("platform", "cost"), HELD),
    # points, a unit of their own; store credit, money that the consumer left with us
    "points_given": (("platform", "points_given"), ("consumer", "points")),
    "points_ended": (("consumer", "points"), ("platform", "points_given")),
    "credit_spent": (("consumer", "credit"), HELD),
    "credit_taken": (("consumer", "credit"), ("platform", "cost")),
    # what a consumer paid on top of an order
    "captured_more": (GATEWAY, HELD),
}
