"""The chart of accounts, and which of them each thing that happens moves. Plain values; no database.

Accounts are (party, name). Debit is positive: what a clearing account holds and what anybody owes us; credit is negative: what we owe.
"""

from __future__ import annotations

Account = tuple[str, str]

GATEWAY, HELD, OWED, COMMISSION = ("clearing", "gateway"), ("merchant", "held"), ("consumer", "owed"), ("platform", "commission")
"""What lies at the gateway, what the platform holds for the merchant, what is owed to the consumer, what the platform took of a price."""

OUTSIDE = frozenset({"carrier", "supplier", "insurer"})
"""Parties whose accounts belong to a row of liability.Bearer."""

POSTINGS: dict[str, tuple[Account, Account]] = {
    # what happened: debited (positive), credited (negative)
    "captured": (GATEWAY, HELD),
    # the platform's part of each line of an order, given back with its goods, and taken again where they are not paid back after all
    "commission": (HELD, COMMISSION),
    "commission_back": (COMMISSION, HELD),
    "commission_again": (HELD, COMMISSION),
    "owed": (HELD, OWED),
    "paid": (OWED, GATEWAY),
    "dropped": (OWED, HELD),
    # the same where the platform or an insurer bears what is owed
    "owed_by_us": (("platform", "cost"), OWED),
    "dropped_by_us": (OWED, ("platform", "cost")),
    "owed_insured": (("insurer", "receivable"), OWED),
    "dropped_insured": (OWED, ("insurer", "receivable")),
    # paid by the bank's file or as store credit; what came back is owed again
    "paid_bank": (OWED, ("clearing", "bank")),
    "paid_credit": (OWED, ("consumer", "credit")),
    "reversed": (GATEWAY, OWED),
    "reversed_bank": (("clearing", "bank"), OWED),
    "reversed_credit": (("consumer", "credit"), OWED),
    # a chargeback takes the sum from the gateway; what it pays of a refund is covered by it, the rest the merchant has lost or gets back
    "disputed": (("merchant", "disputed"), GATEWAY),
    "dispute_won": (GATEWAY, ("merchant", "disputed")),
    "dispute_lost": (HELD, ("merchant", "disputed")),
    "covered": (OWED, ("merchant", "disputed")),
    "covered_late": (OWED, HELD),
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
    # what was sent ahead of a return that never came: the consumer owes the merchant its worth, and nobody has paid us anything
    "advance_charged": (("consumer", "receivable"), ("merchant", "claims")),
    "advance_forgiven": (("merchant", "claims"), ("consumer", "receivable")),
    # who finally bears a cost: from whom bore it to whom it was charged; `liable`, `excused`, `borne`, `written_off`,
    # `given_back` name both sides themselves (liability/books.py), these are their merchant's forms
    "liable": (("merchant", "receivable"), ("platform", "cost")),
    "excused": (("platform", "cost"), ("merchant", "receivable")),
    "borne": (HELD, ("merchant", "receivable")),
    "written_off": (("platform", "losses"), ("merchant", "receivable")),
    "given_back": (("platform", "cost"), HELD),
    # what a ruling lets the platform bear of a case's cost
    "ruled_on_us": (("platform", "cost"), HELD),
    # a testing body's bill: what we advanced; and what the consumer owes us, or the merchant who advanced it, where the finding says so
    "test_paid": (("platform", "cost"), ("clearing", "bank")),
    "test_owed": (("consumer", "receivable"), ("platform", "cost")),
    "test_claimed": (("consumer", "receivable"), ("merchant", "claims")),
    # a merchant's deposit; what is taken from it pays what the merchant owes
    "deposit_in": (("clearing", "bank"), ("merchant", "deposit")),
    "deposit_hold": (("merchant", "deposit"), ("merchant", "deposit_held")),
    "deposit_release": (("merchant", "deposit_held"), ("merchant", "deposit")),
    "deposit_due": (("merchant", "receivable"), ("platform", "cost")),
    "deposit_taken": (("merchant", "deposit"), ("merchant", "receivable")),
    "deposit_out": (("merchant", "deposit"), ("clearing", "bank")),
    # return-freight insurance: the premium by who paid it; a pay-out moves to the account of the insurer whom it concerns
    "premium_merchant": (HELD, ("insurer", "premium")),
    "premium_platform": (("platform", "cost"), ("insurer", "premium")),
    "premium_consumer": (("clearing", "bank"), ("insurer", "premium")),
    "insurer_named": (("insurer", "receivable"), ("insurer", "receivable")),
}
