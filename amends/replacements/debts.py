"""What a consumer owes for an old piece that they kept: booked, reminded of, and collected by nobody here (docs/adr/0029).

No card is charged without its holder: what the security does not cover stands in the books as the consumer's debt. It is told to both sides
when it is booked, the consumer is reminded of it, and the shop says when it is settled: paid to it, or let go. Both end the debt alike.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of, take_life
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove
from amends.kernel.texts import say
from amends.ledger.models import Posting
from amends.people.rules import CLOCK, PLATFORM, Actor
from amends.plumbing.rounds import one_by_one
from amends.plumbing.shards import WHOLE, Shard
from amends.replacements.charging import debt_of, forgive
from amends.replacements.models import Advance

BOOKED, REMINDED, SETTLED = "book_debt", "remind_debt", "settle_debt"
AGAIN = timedelta(days=7)
REMINDERS = 4
"""Once a week, for four weeks; after that it is a matter between the two."""


def tell_booked(row: Advance) -> None:
    """The debt that was just booked is told to both sides. Nothing where the security covers all."""
    minor = debt_of(row)
    if minor:
        row.tell(BOOKED, PLATFORM, facts=_facts(row, minor))


@an_act
def settle_debt(ref: str, *, by: Actor) -> Advance:
    """The shop says that the consumer paid it, or owes it no longer: it stands in the books no more.

    Raises NotFound, NotYourMove for anybody but the merchant, NoSuchMove where nothing is owed.
    """
    _, row = take_life(Advance, ref, by)
    if by.party is not Party.MERCHANT or by.only_reads:
        raise NotYourMove(say("只有商家可以登记欠款已结清。", "Only the merchant says that a debt is settled."))
    minor = debt_of(row)
    if not minor:
        raise NoSuchMove(say("没有待结清的欠款。", "Nothing is owed."), code="no_debt")
    forgive(row, row, SETTLED)
    row.tell(SETTLED, by, facts=_facts(row, minor))
    return row


def may_settle(row: Advance, by: Actor) -> bool:
    """Whether `by` could say now that the debt is settled."""
    return by.party is Party.MERCHANT and not by.only_reads and debt_of(row) > 0


def open_debts(by: Actor, *, most: int = 200) -> list[tuple[Advance, int]]:
    """What consumers owe the shops that `by` sees, in minor units of each case's currency, the oldest first."""
    rows = _owing().filter(case__in=Case.objects.visible_to(by)).select_related("case", "security").order_by("since", "pk")
    return [(row, minor) for row in rows[:most] if (minor := debt_of(row))]


def remind_due(*, most: int = 200, shard: Shard = WHOLE) -> int:
    """Every consumer with an open debt was reminded of it when a week has gone since the last time; answers how many were."""
    since = clock.now() - AGAIN * (REMINDERS + 2)
    rows = shard.rows(_owing().filter(since__gte=since, since__lte=clock.now() - AGAIN)).order_by("since", "pk")
    return one_by_one(list(rows.values_list("case_id", "pk")[:most]), _remind, "reminder of a debt")


@an_act
def _remind(case_id: int, advance_id: int) -> bool:
    case = take_case_of(case_id)
    row = Advance.objects.select_related("security").get(merchant_id=case.merchant_id, pk=advance_id)
    told = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life=row.LIFE.name, life_id=row.pk)
    told = told.filter(verb__in=[BOOKED, REMINDED]).order_by("-number")
    last, minor = told.first(), debt_of(row)
    if last is None or not minor or last.made_at > clock.now() - AGAIN or told.count() > REMINDERS:
        return False
    row.tell(REMINDED, CLOCK, facts=_facts(row, minor))
    return True


def _owing() -> QuerySet[Advance]:
    key = Concat(Value("advance:"), Cast(OuterRef("pk"), CharField()), Value(":undone"), output_field=CharField())
    undone = Posting.objects.filter(merchant_id=OuterRef("merchant_id"), key=key)
    return Advance.objects.filter(stage="charged").exclude(Exists(undone))


def _facts(row: Advance, minor: int) -> dict[str, str | int]:
    return {"advance": row.ref, "amount_minor": minor, "currency": row.currency}
