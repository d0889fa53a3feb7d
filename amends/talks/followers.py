"""What an accepted offer does to its case, and what other moves do to offers (docs/lifecycle.md 13: S6). Followers: the same commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.approvals.answering import void_case
from amends.cases.life import LifeRow
from amends.cases.mixing import Mix, owe
from amends.cases.models import Case
from amends.cases.rules.mix import SUMS, from_rows
from amends.cases.taking import take_case_of
from amends.kernel.refs import clean_ref
from amends.people.rules import PLATFORM, Actor
from amends.talks.asking import WHAT
from amends.talks.limits import count_promised
from amends.talks.models import Offer
from amends.talks.rules import OPEN

SETTLED = "settled"


def settle_case(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `accept_offer`: the case is settled by whoever said the last yes, and what its maker promised counts on the maker."""
    row = _offer(life)
    case = take_case_of(row.case_id)
    count_promised(case, row)
    case.move("settle", by, facts={
        "offer": row.ref, "round": row.round, "side": row.side, "amount_minor": row.amount_minor, "currency": row.currency,
        "parts": row.parts,
    })  # fmt: skip


def owe_settled(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `settle`: what was agreed is owed, in place of what was owed for units that are not locked (S6). Stands behind the
    followers that end the review and the appeal."""
    case = _case(life)
    row = Offer.objects.get(merchant_id=case.merchant_id, case_id=case.pk, ref=clean_ref(str(facts["offer"])))
    owe(case, Mix(from_rows(row.parts), row.amount_minor), basis=SETTLED, by=by)


def drop_others(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `settle` and of every end of a case: what is still open is needless."""
    case = _case(life)
    for row in Offer.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=OPEN).order_by("pk"):
        row.follow("drop", by, facts={"offer": row.ref})


def drop_asked(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `settle`, and called where a merger or split changes the claim: what was asked to be signed of offers is needless. The
    signature that settles is not: it is being answered."""
    void_case(_case(life), PLATFORM, SUMS, but=str(facts.get("offer", "")), what=WHAT)


def _case(life: LifeRow) -> Case:
    assert isinstance(life, Case)  # noqa: S101 - wiring binds these to moves of cases alone
    return life


def _offer(life: LifeRow) -> Offer:
    assert isinstance(life, Offer)  # noqa: S101 - wiring binds this to moves of offers alone
    return life
