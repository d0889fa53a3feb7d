"""Points and store credit: given, spent at a shop, taken back. The balance is a sum in the books and never falls below nothing.

Invariants
 1. Whoever lowers a purse holds its consumer's row, and reads the balance under that lock: two tills at once can't spend one sum twice.
 2. Every move has a key of its shop's choosing: the same key again has the same answer, with another sum or consumer it is refused.
 3. Store credit is money that a refund left with us by recorded consent (refunds); points come from compensation (giving.py).
 4. Keys that begin with a name of OURS are ours: a till that takes one is refused, so no shop can be in the way of a refund.
 5. Each change of the balance in the books has its move, in the same transaction: the page and the books say one thing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet, Sum

from amends.approvals.words import sum_words
from amends.cases.life import LifeRow
from amends.cases.texts import clean_words
from amends.compensation.models import PurseMove
from amends.compensation.rules import CREDIT, POINTS
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.ledger.models import Line
from amends.ledger.posting import About, post
from amends.market.models import Consumer, Order
from amends.people.rules import Actor

PURSES = (POINTS, CREDIT)
OURS = ("refund:", "grant:")


@dataclass(frozen=True, slots=True)
class Purse:
    """What one consumer holds in one unit."""

    purse: str
    unit: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Move:
    """A change that a shop or the platform asks for. `key` is theirs; `spent_for` their order number, or the reason."""

    consumer: str
    purse: str
    unit: str
    amount_minor: int
    key: str
    spent_for: str = ""

    def __post_init__(self) -> None:
        if self.purse not in PURSES:
            raise Unprocessable.field("purse", say("只能是 points 或 credit。", "It is points or credit."), code="wrong_purse")
        if self.amount_minor < 1:
            raise Unprocessable.field("amount_minor", say("至少是 1。", "It is at least 1."), code="wrong_amount")
        if (self.purse == POINTS) != (self.unit == POINTS):
            wrong = say("积分的单位是 points，余额的单位是币种。", "Points are counted in points, store credit in its currency.")
            raise Unprocessable.field("unit", wrong, code="wrong_unit")
        if not self.key or len(self.key) > 80:
            raise Unprocessable.field("key", say("请给出 1 到 80 个字符的键。", "Give a key of 1 to 80 characters."), code="wrong_key")
        if self.key.startswith(OURS):
            taken = say("键不能以 {ours} 开头。", "A key can't begin with {ours}.", ours=", ".join(OURS))
            raise Unprocessable.field("key", taken, code="wrong_key")


def balance(consumer_id: int, purse: str, unit: str) -> int:
    """What the consumer holds: what the books owe them in this unit."""
    mine = Line.objects.filter(account__party="consumer", account__holder_id=consumer_id, account__name=purse, account__unit=unit)
    return -(mine.aggregate(minor=Sum("amount_minor"))["minor"] or 0)


def purses_of(consumer_id: int) -> list[Purse]:
    """Every purse of the consumer that ever held anything, points first."""
    rows = Line.objects.filter(account__party="consumer", account__holder_id=consumer_id, account__name__in=PURSES)
    sums = rows.values_list("account__name", "unit").annotate(minor=Sum("amount_minor")).order_by("account__name", "unit")
    return sorted((Purse(name, unit, -minor) for name, unit, minor in sums), key=lambda one: one.purse != POINTS)


def moves_of(consumer_id: int, *, most: int = 50) -> list[PurseMove]:
    """The newest moves of the consumer's purses."""
    return list(PurseMove.objects.filter(consumer_id=consumer_id).select_related("merchant").order_by("-made_at", "-pk")[:most])


def holder(ref: str, by: Actor) -> Consumer:
    """The consumer `ref` as `by` may know them: oneself; who bought in one's shop; anybody for the platform. Raises NotFound."""
    found = Consumer.objects.filter(ref=clean_ref(ref) or "").first()
    if found is None or not _knows(by, found):
        raise NotFound
    return found


def give_points(
    consumer_id: int, points: int, *, merchant_id: int, key: str, cause: str, case_id: int | None = None, grant_id: int | None = None
) -> PurseMove:
    """The points are the consumer's, given by the platform. For callers inside a transaction that has decided it (giving.py)."""
    move = PurseMove.objects.create(
        merchant_id=merchant_id, consumer_id=consumer_id, purse=POINTS, unit=POINTS, amount_minor=points, what="give", case_id=case_id,
        grant_id=grant_id, key=key, made_at=clock.now(),
    )  # fmt: skip
    post("points_given", About(merchant_id, case_id=case_id, consumer_id=consumer_id), points, POINTS, key=f"points:{key}", cause=cause)
    return move


def spend(asked: Move, *, by: Actor) -> PurseMove:
    """Points or store credit were spent at this shop, once for the key. Store credit that was spent is held for the merchant.

    For the till of a shop: `by` is a merchant, and the consumer has bought there or shown their reference. Raises NotFound,
    Conflict where the purse holds less.
    """
    found = holder(asked.consumer, by)
    if by.party is not Party.MERCHANT or not by.merchant_id:
        raise NotYourMove(say("积分和余额由店铺的收银台扣用。", "Points and store credit are spent at a shop's till."))
    number = clean_words(asked.spent_for, field="spent_for", required=True, longest=80)
    return _lower(asked, "spend", number, found, by.merchant_id)


def take_back(asked: Move, *, merchant_id: int, by: Actor) -> PurseMove:
    """Points or credit given by mistake are taken back, once for the key, never more than is there. `merchant_id`: in whose books.

    The platform's people alone; through approvals (giving.py, action `correction`).
    """
    if by.party is not Party.PLATFORM:
        raise NotYourMove(say("只有平台可以收回积分或余额。", "Only the platform takes points or credit back."))
    words = clean_words(asked.spent_for, field="reason", required=True, longest=80)
    return _lower(asked, "take_back", words, holder(asked.consumer, by), merchant_id)


def credit_paid(life: LifeRow, by: Actor, facts: object) -> None:
    """Follower of `refund.pay`: money that went to store credit is told in the purse; the refund's own posting has moved it."""
    if getattr(life, "way", "") != CREDIT:
        return
    case = life._held_case()
    PurseMove.objects.create(
        merchant_id=life.merchant_id, consumer_id=case.consumer_id, purse=CREDIT, unit=life.unit, amount_minor=life.amount_minor,  # type: ignore[attr-defined]
        what="give", case_id=case.pk, grant_id=life.grant_id, key=f"refund:{life.ref}", made_at=clock.now(),  # type: ignore[attr-defined]
    )  # fmt: skip


def credit_came_back(life: LifeRow, by: Actor, facts: object) -> None:
    """Follower of `refund.reverse`: store credit that is taken out again leaves the purse in the same act; the refund's own posting moves
    it. Raises Conflict where some of it was spent: what was spent has been paid, and a purse never falls below nothing."""
    if getattr(life, "way", "") != CREDIT:
        return
    case = life._held_case()
    amount, unit = life.amount_minor, life.unit  # type: ignore[attr-defined]
    _hold(case.consumer_id)
    _check_held(case.consumer_id, CREDIT, unit, amount)
    PurseMove.objects.create(
        merchant_id=life.merchant_id, consumer_id=case.consumer_id, purse=CREDIT, unit=unit, amount_minor=amount, what="take_back",
        case_id=case.pk, grant_id=life.grant_id, key=f"refund:{life.ref}:reversed", made_at=clock.now(),  # type: ignore[attr-defined]
    )  # fmt: skip


def _hold(consumer_id: int) -> None:
    list(Consumer.objects.select_for_update(no_key=True).filter(pk=consumer_id).values_list("pk"))


def _check_held(consumer_id: int, purse: str, unit: str, amount_minor: int) -> None:
    held = balance(consumer_id, purse, unit)
    if held < amount_minor:
        wrong = say("余额不足：现有 {held}，要用 {asked}。", "Not enough: {held} there, {asked} asked.", held=sum_words(held, unit),
                    asked=sum_words(amount_minor, unit))  # fmt: skip
        raise Conflict(wrong, code="purse_too_small")


def _lower(asked: Move, what: str, words: str, consumer: Consumer, merchant_id: int) -> PurseMove:
    with transaction.atomic():
        _hold(consumer.pk)
        there = PurseMove.objects.filter(merchant_id=merchant_id, key=asked.key).first()
        if there is not None:
            return _same(there, asked, what, consumer)
        _check_held(consumer.pk, asked.purse, asked.unit, asked.amount_minor)
        move = PurseMove.objects.create(
            merchant_id=merchant_id, consumer_id=consumer.pk, purse=asked.purse, unit=asked.unit, amount_minor=asked.amount_minor,
            what=what, spent_for=words, key=asked.key, made_at=clock.now(),
        )  # fmt: skip
        posting = "points_ended" if asked.purse == POINTS else "credit_spent" if what == "spend" else "credit_taken"
        about = About(merchant_id, consumer_id=consumer.pk)
        post(posting, about, asked.amount_minor, asked.unit, key=f"purse:{move.pk}", cause=f"purse:{move.pk}:{what}")
    return move


def _same(there: PurseMove, asked: Move, what: str, consumer: Consumer) -> PurseMove:
    known = (there.consumer_id, there.purse, there.unit, there.amount_minor, there.what)
    if known != (consumer.pk, asked.purse, asked.unit, asked.amount_minor, what):
        wrong = say("这个键已经用于另一笔。", "This key was used for another move.")
        raise Unprocessable.field("key", wrong, code="key_reused")
    return there


def _knows(by: Actor, consumer: Consumer) -> bool:
    if by.sees_everything:
        return True
    if by.party is Party.CONSUMER:
        return by.consumer_id == consumer.pk
    return _customers(by).filter(consumer_id=consumer.pk).exists()


def _customers(by: Actor) -> QuerySet[Order]:
    return Order.objects.visible_to(by)
