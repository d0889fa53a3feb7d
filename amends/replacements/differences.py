"""What another article costs more or less than the one that comes back, and whether that is settled (docs/adr/0029).

What a unit is worth is what was paid for it, less what went back of that, and with what was paid on top for this very exchange. So a
second choice settles against the first one. Nothing is paid here: money back is a grant, money on top is asked for as a supplement.
"""

from __future__ import annotations

from django.db.models import QuerySet, Sum

from amends.approvals.rules_of_money import rules_on
from amends.cases.grants import owe_share
from amends.cases.left import left_of, money_positions
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.taking import take_case_of
from amends.compensation.models import Supplement
from amends.compensation.supplements import ASKED, EXCHANGE, PAID, ask
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.market.models import Unit
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy
from amends.refunds.intents import intend_for
from amends.replacements.models import Replacement
from amends.replacements.rules import PACKING, why_of

DROPPED = "dropped"


def difference(row: Replacement) -> int:
    """What is still to pay on top (above zero) or goes back (below), in minor units of the case's currency; 0 for the same article."""
    if row.price_minor is None:
        return 0
    return row.price_minor - worth(row)


def worth(row: Replacement) -> int:
    """What of the consumer's money stands for this unit now, with what was paid on top in this exchange and those before it."""
    return stands_for(Unit.objects.get(merchant_id=row.merchant_id, pk=row.unit_id), row)


def stands_for(unit: Unit, row: Replacement | None = None) -> int:
    """What of the consumer's money stands for what they have of this unit, in minor units: with what was paid on top in the exchanges
    that brought it, and in `row`, which is under way."""
    before = Replacement.objects.filter(merchant_id=unit.merchant_id, unit_id=unit.pk, stage="confirmed")
    whys = [why_of(pk) for pk in {*before.order_by("pk").values_list("pk", flat=True), *([row.pk] if row else [])}]
    paid = Supplement.objects.filter(merchant_id=unit.merchant_id, order_id=unit.order_id, why__in=whys, state=PAID)
    return unit.paid_minor - unit.granted_minor + int(paid.aggregate(n=Sum("amount_minor"))["n"] or 0)


def supplements(row: Replacement) -> QuerySet[Supplement]:
    """What was asked on top for this exchange."""
    return Supplement.objects.filter(merchant_id=row.merchant_id, case_id=row.case_id, why=why_of(row.pk))


def ask_next(case: Case) -> None:
    """Of the replacements that are packed and wait for a difference, the first is asked for; one at a time."""
    if Supplement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, state=ASKED).exists():
        return
    for row in Replacement.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage=PACKING).order_by("pk"):
        minor = difference(row)
        if minor > 0 and not is_waived(row):
            key = f"{EXCHANGE}:{row.pk}:{row.generation}:{minor}"
            ask(case.ref, amount_minor=minor, why=why_of(row.pk), by=PLATFORM, key=key)
            return


def is_waived(row: Replacement) -> bool:
    """Whether the merchant took the last thing that was asked for this exchange back: it asks for no more."""
    last = supplements(row).order_by("-pk").values_list("state", flat=True).first()
    return last == DROPPED


def waits_for_money(row: Replacement) -> bool:
    """Whether the consumer has still to pay a difference."""
    return difference(row) > 0 and not is_waived(row)


def check_settled(life: LifeRow, by: Actor) -> None:
    """Guard of `ship`: nothing leaves before its difference is paid. Raises NoSuchMove."""
    assert isinstance(life, Replacement)  # noqa: S101 - wiring binds this to moves of replacements alone
    row = life
    if waits_for_money(row):
        waits = say("消费者还没有付差价，付清后再发货。", "The consumer has not paid the difference yet; ship once it is paid.")
        raise NoSuchMove(waits, code="difference_unpaid")


def return_rest(row: Replacement, by: Actor) -> None:
    """What the piece costs less is owed back for the unit; never before it leaves, so that no claim taken back keeps it."""
    minor = -difference(row)
    if minor <= 0:
        return
    case = take_case_of(row.case_id)
    unit = Unit.objects.get(merchant_id=row.merchant_id, pk=row.unit_id)
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    there = sum(left for tender, left in left_of([unit])[unit.pk].items() if tender in money)
    if min(minor, there) > 0:
        grant = owe_share(case, unit, amount_minor=min(minor, there), remedy=Remedy.PRICE_ADJUSTMENT, basis=EXCHANGE, by=by)
        intend_for(grant, by)


def may_be_asked(case: Case, minor: int) -> bool:
    """Whether a consumer may be asked for so much on top, as the money rules say."""
    rules = rules_on(clock.now())
    weighed = rules.weighed(max(0, minor), case.currency)
    return weighed is not None and weighed <= rules.supplements.most_minor


def check_askable(life: LifeRow, by: Actor) -> None:
    """Guard of `reserve`: what would have to be paid on top can be asked for. Raises NoSuchMove."""
    assert isinstance(life, Replacement)  # noqa: S101 - wiring binds this to moves of replacements alone
    if not may_be_asked(life.case, difference(life)):
        much = say("差价超过可以请消费者补的金额，请选“没有货”，由消费者另选。",
                   "The difference is more than may be asked for. Say that there is none, so that the consumer chooses again.")  # fmt: skip
        raise NoSuchMove(much, code="difference_too_great")
