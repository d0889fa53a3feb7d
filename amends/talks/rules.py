"""Offers as a table (docs/lifecycle.md draws it): one proposal; several may be open, and the first accepted drops the rest."""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH, life

OFFER = life(
    "offer",
    stages="""
    stage              waits_for          limit                   silence
    to_consumer        consumer           offer_answered          expire
    to_merchant        merchant           offer_answered          expire
    to_both            consumer,merchant  offer_answered          expire
    accepted           -                  -                       -
    declined           -                  -                       -
    countered          -                  -                       -
    retracted          -                  -                       -
    expired            -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         offer           merchant,leader           to_consumer
    -                                         offer           consumer                  to_merchant
    -                                         mediate         platform,arbiter          to_both
    to_both                                   agree_first     merchant                  to_consumer
    to_both                                   agree_first     consumer                  to_merchant
    to_consumer                               accept_offer    consumer                  accepted
    to_merchant                               accept_offer    merchant                  accepted
    to_consumer                               decline         consumer                  declined
    to_merchant                               decline         merchant                  declined
    to_both                                   decline         consumer,merchant         declined
    to_consumer                               counter         consumer                  countered
    to_merchant                               counter         merchant                  countered
    to_consumer                               retract         merchant,leader           retracted
    to_merchant                               retract         consumer                  retracted
    to_both                                   retract         platform,arbiter          retracted
    to_consumer,to_merchant,to_both           expire          clock                     expired
    to_consumer,to_merchant,to_both           drop            platform                  dropped
    """,
)
OPEN = OFFER.open_stages
ACCEPTED = OFFER.moves["to_consumer", "accept_offer", Party.CONSUMER]
TO_BOTH = OFFER.moves[BIRTH, "mediate", Party.PLATFORM]

MOST_OPEN = "open_offers"
"""The pack's count of how many offers of one side stand beside each other at most: more than that nobody compares."""
MOST_ROUNDS = "offers"
"""The pack's count of how many offers a side makes in one case at most; after that somebody else should decide."""
SIDES = (Party.CONSUMER, Party.MERCHANT)
