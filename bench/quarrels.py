"""From quarrel to settlement: offers accepted and rulings carried out a second, each against the same statements by bare SQL; and what a
proof file of a long case takes, to make and for a third party to check.

Each case is one piece of a claim that its shop has not answered. What is measured is the one act that settles or binds: everything that
follows in its own commit is in it, what jobs do afterwards (parcels, refunds, notices sent) is not.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from amends.cases.models import Case
from amends.cases.rules.lives import CASE
from amends.cases.verbs.answering import call_platform, let_stand, refuse
from amends.cases.verbs.applying import apply
from amends.kernel.parties import Party
from amends.kernel.refusals import Refusal
from amends.market.models import Order
from amends.people.rules import Actor, Role
from amends.rulings.queries import open_review
from amends.rulings.verbs import close_replies, close_round, rule
from amends.sealing.exporting import SCRIPT, make_file, open_file
from amends.talks.conversation import say
from amends.talks.offering import accept_offer, offer
from bench.limit import Act, against
from bench.measures import claimed_of

ARBITER = Actor(Party.ARBITER, roles=frozenset({Role.ARBITER}))
AGENT = Actor(Party.PLATFORM, roles=frozenset({Role.AGENT}))
SAID = 150
FILES = 5


def settling(orders: list[Order], url: str, cases: int) -> list[dict[str, Any]]:
    """Offers accepted and rulings carried out, of so many cases each."""
    open_ones = sorted(_unanswered(orders, cases * 2), key=lambda case: case.claimed_minor)
    ruled: list[Act] = [_ruled(case) for case in open_ones[:cases]]  # great sums want a second reader
    offered: list[Act] = [_offered(case) for case in open_ones[cases:]]
    return [
        against("accept an offer", offered[: cases // 3], offered[cases // 3 :], url),
        against("carry a ruling out", ruled[: cases // 3], ruled[cases // 3 :], url),
    ]


def proving(orders: list[Order], into: Path) -> dict[str, Any]:
    """Seconds for a proof file of a case with hundreds of lines, made by us and checked by the script that lies in it, alone."""
    case = _unanswered(orders, 1)[0]
    for number in range(SAID):
        say(case.ref, words=f"线 {number} / line {number}", by=(_consumer(case), _shop(case))[number % 2])
    begun = time.perf_counter()
    made = [make_file(case.ref, "audit", AGENT) for _ in range(FILES)]
    took = (time.perf_counter() - begun) / FILES
    row, stream = open_file(made[0].ref, AGENT)
    with stream:
        (into / "proof.zip").write_bytes(stream.read())
    begun = time.perf_counter()
    checked = subprocess.run([sys.executable, "-I", str(SCRIPT), str(into / "proof.zip")], capture_output=True, check=False)
    case.refresh_from_db()
    return {
        "what": "a proof file of a long case", "lines": case.entries_count, "bytes": row.size, "make_s": round(took, 3),
        "check_s": round(time.perf_counter() - begun, 3), "holds": checked.returncode == 0,
    }  # fmt: skip


def _unanswered(orders: Sequence[Order], wanted: int) -> list[Case]:
    """Claims that wait for their shops, and that may be settled where they are."""
    claimed = set(Case.objects.values_list("order_id", flat=True))
    found: list[Case] = []
    for order, application in claimed_of([order for order in orders if order.pk not in claimed]):
        try:
            case = apply(application, by=Actor(Party.CONSUMER, consumer_id=order.consumer_id))
        except Refusal:  # goods of another kind
            continue
        if CASE.becomes(case.stage, "refuse", Party.MERCHANT):
            found.append(case)
        if len(found) == wanted:
            return found
    raise RuntimeError(f"only {len(found)} claims of {wanted} wait for their shops")


def _offered(case: Case) -> Act:
    units = list(case.claimed.values_list("unit_id", flat=True))
    parts = [{"remedy": "price_adjustment", "units": units, "amount_minor": max(1, case.claimed_minor // 5)}]
    return partial(accept_offer, offer(case.ref, parts=parts, by=_shop(case)).ref, by=_consumer(case))


def _ruled(case: Case) -> Act:
    refuse(case.ref, reason="not_intact", words="bench", by=_shop(case))
    call_platform(case.ref, words="bench", by=_consumer(case))
    review = open_review(case)
    assert review is not None
    close_round(review.ref, by=ARBITER)
    close_replies(review.ref, by=ARBITER)
    rule(review.ref, outcome="for", liable="merchant", clause="CN-7D-01", words="Measured, not judged.", by=ARBITER)
    return partial(let_stand, case.ref, by=_shop(case))


def _shop(case: Case) -> Actor:
    return Actor(Party.MERCHANT, merchant_id=case.merchant_id, roles=frozenset({Role.MERCHANT}))


def _consumer(case: Case) -> Actor:
    return Actor(Party.CONSUMER, consumer_id=case.consumer_id)
