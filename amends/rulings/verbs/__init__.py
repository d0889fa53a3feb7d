"""What both sides, the arbiter and the platform do in a review: give evidence, close the rounds, test, rule, hand over.

Whoever worked on the case, took part before, is related to the merchant or is a party has no say in it (rulings/assigning.py). Not about
carrying a ruling out: rulings/carrying_out.py is.
"""

from __future__ import annotations

from amends.rulings.verbs.accepting import accept_ruling
from amends.rulings.verbs.arbiters import be_away, declare_relation, end_relation, keep_arbiter
from amends.rulings.verbs.deciding import (
    LEAST_REASONS,
    LIABLE,
    LONGEST_CLAUSE,
    SECOND_READING,
    draft_ruling,
    give_ruling,
    return_draft,
    rule,
)
from amends.rulings.verbs.moving import reassign, take_review
from amends.rulings.verbs.rounds import ask_more, close_replies, close_round, request_proof, submit
from amends.rulings.verbs.testing import add_body, end_body, order_test, report_test

__all__ = [
    "LEAST_REASONS", "LIABLE", "LONGEST_CLAUSE", "SECOND_READING", "accept_ruling", "add_body", "ask_more", "be_away", "close_replies",
    "close_round", "declare_relation", "draft_ruling", "end_body", "end_relation", "give_ruling", "keep_arbiter", "order_test",
    "reassign", "report_test", "request_proof", "return_draft", "rule", "submit", "take_review",
]  # fmt: skip
