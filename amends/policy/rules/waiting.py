"""For whom the clock of each limit runs, as the tables of the lives say it; a pack may not shorten what a consumer waits for nor set the
clock of somebody else.

A small copy, since the policy knows no lives: tests/rules/test_waiting.py holds it to their STAGES. Limits of lives that are not carried
out yet (offers, exchanges, repairs) stand here as those tables will say. Whatever is named in neither set waits for the platform, an
arbiter, a leader, a carrier, the gateway, a supplier, or for several of them.
"""

from __future__ import annotations

# The consumer is waited for, alone or with the merchant: longer is kinder.
FOR_CONSUMER = frozenset(
    {
        "appeal_window", "offer_answered", "evidence_round", "evidence_reply", "repair_trial", "security_paid", "advance_returned",
        "advance_settled", "loan_out", "loan_returned",
    }
)  # fmt: skip
# The merchant alone is waited for: theirs to make shorter.
FOR_MERCHANT = frozenset(
    {
        "merchant_answers", "merchant_answers_proof", "merchant_gives_address", "merchant_receives", "merchant_sends_home",
        "merchant_inspects", "merchant_ships", "stock_reserved", "repair_booked", "repair_diagnosed", "repair_ends",
        "loan_handed_out",
    }
)  # fmt: skip


def for_consumer(limit: str) -> bool:
    """Is it the consumer who is waited for? Then longer is kinder."""
    return limit.startswith("consumer_") or limit in FOR_CONSUMER


def for_merchant(limit: str) -> bool:
    """Is it the merchant alone who is waited for? Then a shop may make it shorter."""
    return limit in FOR_MERCHANT
