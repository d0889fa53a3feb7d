"""Who bears what a ruling gave, asked by itself once the case is over: outsiders by a charge, our own share by the books (S17).

It never delays the consumer: it begins when everything is paid. The merchant bears what nobody else does, as for any case; so nothing is
asked of it here. What can't be asked (nobody is on record any more, or less is borne by now) stays with the merchant.

Invariants
 1. Each bearer is asked once for each ruling: its charge names the ruling first in its clause.
 2. No more is asked than the merchant still bears, and shares are cut from what was paid, not from what was claimed.
 3. What was paid is cut by one ruling: the last one that heard the unit, or the one that gave the sum; never what was settled after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from amends.cases import acting
from amends.cases.left import LIVE, UNIT, money_positions
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel.parties import Party
from amends.kernel.texts import say
from amends.ledger.models import Posting
from amends.ledger.posting import About, post
from amends.liability.models import ChargeBackTo
from amends.liability.proposing import bearer_on_record, is_on_record
from amends.liability.verbs.charging import LONGEST_CLAUSE, ask_bearer, still_borne
from amends.people.rules import PLATFORM
from amends.rulings.carrying_out import CHANGED, RULED
from amends.rulings.citing import cited
from amends.rulings.holding import holds
from amends.rulings.models import Review
from amends.rulings.rules.splitting import per_cent, split

ON_US = "ruled_on_us"
BY_RULING, SETTLED = (RULED, CHANGED), "settled"
OUTSIDE = (Party.CARRIER.value, Party.SUPPLIER.value)
WHY = say(
    "平台裁决 {ref}：这笔费用由你承担 {share}。依据：{clause}。",
    "Ruling {ref} of the platform: you bear {share} of this cost. It rests on: {clause}.",
)


def hear(entry: Entry) -> None:
    """Listener of `case.complete`: whoever was ruled to bear a part is asked for it."""
    ask_bearers(entry.case_id)


@an_act
def ask_bearers(case_id: int) -> list[ChargeBackTo]:
    """The shares of the rulings of this case that bind are asked of their bearers. Said again it changes nothing."""
    case = take_case_of(case_id)
    bound = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, bound_at__isnull=False)
    rulings = list(bound.order_by("bound_at", "pk"))
    return [charge for n, review in enumerate(rulings) for charge in _ask(case, review, rulings[n + 1 :])]


def _ask(case: Case, review: Review, later: Sequence[Review]) -> list[ChargeBackTo]:
    held = holds(review)
    cut = split(given_minor(case, review, later), held.bears)
    made = [
        charge for party in OUTSIDE
        if cut.get(party) and (charge := _charge(case, review, party, cut[party], held.bears, held.clause)) is not None
    ]  # fmt: skip
    if cut.get(Party.PLATFORM.value):
        _on_us(case, review, cut[Party.PLATFORM.value])
    return made


def given_minor(case: Case, review: Review, later: Sequence[Review] = ()) -> int:
    """What was paid under this ruling at the merchant's cost, in money of the case's currency and minor units. `later`: the rulings that
    bound after it; what they heard again, or gave, is theirs. What somebody gave beside it, and what came back and went out once more, is
    none of it."""
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    units = set(review.heard) - {pk for one in later for pk in one.heard}
    sums = Q(unit_id__isnull=True, basis__in=BY_RULING, made_at__gte=review.bound_at)
    if later:
        sums &= Q(made_at__lt=later[0].bound_at)
    rows = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=LIVE, borne_by=Party.MERCHANT.value)
    of_units = Q(unit_id__in=units) & (Q(subject=UNIT) | Q(basis__in=BY_RULING))
    mine = rows.filter(of_units | sums).exclude(basis=SETTLED, made_at__gt=review.bound_at)
    return sum(_money_of(row, money) for row in mine.order_by("pk") if row.currency in ("", case.currency))


def _money_of(grant: Grant, money: set[str]) -> int:
    there = sum(minor for tender, minor in grant.shares.items() if tender in money) if grant.shares else grant.amount_minor
    return max(0, there - grant.reduced_minor)


def _charge(case: Case, review: Review, party: str, minor: int, bears: Mapping[str, int], clause: str) -> ChargeBackTo | None:
    mine = ChargeBackTo.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, party=party, clause__startswith=review.ref)
    most = min(minor, still_borne(case, Party.MERCHANT.value))
    if mine.exists() or not most or not is_on_record(case, party):
        return None
    why = WHY.filled(ref=review.ref, share=per_cent(bears[party]), clause=cited(case, clause).article)
    return ask_bearer(
        case.ref, party=party, bearer=bearer_on_record(case, party), amount_minor=most, what="refund",
        clause=f"{review.ref} {clause}"[:LONGEST_CLAUSE], words=f"{why.into('zh')}\n{why.into('en')}", by=PLATFORM,
    )  # fmt: skip


def _on_us(case: Case, review: Review, minor: int) -> None:
    key = f"{ON_US}:{review.ref}"
    most = min(minor, still_borne(case, Party.MERCHANT.value))
    if not most or Posting.objects.filter(merchant_id=case.merchant_id, key=key).exists():
        return
    review.tell("bear_share", PLATFORM, facts={"amount_minor": most, "review": review.ref}, audience="merchant,platform")
    cause = f"{review.LIFE.name}:{review.pk}:bear_share:{acting.current().key}"
    post(ON_US, About(case.merchant_id, case.order_id, case.pk), most, case.currency, key=key, cause=cause)
