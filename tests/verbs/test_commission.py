"""The platform's commission goes back with the goods, on the line that took it, whatever happens to refunds on the way (B26)."""

from __future__ import annotations

import pytest

from amends.cases.grants import owe_share
from amends.cases.models import Case, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs import answering
from amends.kernel import clock
from amends.ledger.checks import ledger_check
from amends.ledger.models import Line, Posting
from amends.ledger.posting import balances
from amends.market.models import Order, Tender
from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.chargebacks import Opened, decide_chargeback, open_chargeback
from amends.refunds.intents import intend_for
from amends.refunds.models import Chargeback
from amends.refunds.queries import books_check
from tests.cast import Cast, an_order, claims, the_cast
from tests.refunding import intended, refunds


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def sold(cast: Cast, *, commissions: tuple[int, ...] = (333,), **more: object) -> Order:
    return an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None, commissions=commissions, **more)  # type: ignore[arg-type]


def kept(order: Order) -> int:
    """What the platform still has of its commission."""
    return -sum(row.minor for row in balances(order_id=order.pk) if row.name == "commission")


def asked_and_approved(cast: Cast, order: Order, quantity: int = 1) -> Case:
    return answering.approve(claims(order, by=cast.anna, quantity=quantity, remedy="refund_only").ref, by=cast.bolt)


def test_commission_is_taken_once_article_by_article(cast: Cast) -> None:
    order = sold(cast, quantities=(3, 1), prices=(9999, 500), commissions=(333, 0))
    posting = Posting.objects.get(order=order, what="commission")
    rows = list(Line.objects.filter(posting=posting).order_by("amount_minor").values_list("amount_minor", "order_line_id"))
    assert rows == [(-333, order.lines.get(position=1).pk), (333, None)]
    assert ledger_check() == []


def test_unit_by_unit_it_goes_back_and_the_last_takes_the_rest(cast: Cast) -> None:
    order = sold(cast, quantities=(3,), prices=(10_000,))
    left = []
    for _ in range(3):
        intended(asked_and_approved(cast, order))
        left.append(kept(order))
    assert left == [222, 111, 0]
    original = Line.objects.get(posting__what="commission", order_line_id__isnull=False)
    back = Line.objects.filter(reverses=original).order_by("pk")
    assert [line.amount_minor for line in back] == [111, 111, 111]
    assert {line.order_line_id for line in back} == {original.order_line_id}
    assert ledger_check() == []


def test_a_part_of_the_price_gives_back_that_part_rounded_down(cast: Cast) -> None:
    order = sold(cast, prices=(10_000,))
    case = claims(order, by=cast.anna, remedy="refund_only")
    unit = case.claimed.get().unit

    @an_act
    def adjusted(minor: int) -> Grant:
        grant = owe_share(take_case_of(case.pk), unit, amount_minor=minor, remedy="price_adjustment", basis="test", by=cast.agent)
        intend_for(grant, cast.agent)
        return grant

    adjusted(1000)
    assert kept(order) == 333 - 33
    answering.approve(case.ref, by=cast.bolt)
    intended(case)
    assert kept(order) == 0
    assert ledger_check() == []


def test_what_is_owed_no_longer_takes_its_commission_again(cast: Cast) -> None:
    order = sold(cast, quantities=(2,), prices=(10_000,))
    case = asked_and_approved(cast, order)
    intended(case)
    assert kept(order) == 333 - 167
    answering.withdraw(case.ref, by=cast.anna)
    assert kept(order) == 333
    intended(asked_and_approved(cast, order))
    assert kept(order) == 333 - 166
    told = Posting.objects.filter(order=order, what__startswith="commission").order_by("pk").values_list("what", flat=True)
    assert list(told) == ["commission", "commission_back", "commission_again", "commission_back"]
    assert ledger_check() == []


def charged_back(order: Order, minor: int, ref: str = "DP1", *, won_by: str = "consumer") -> None:
    tender = Tender.objects.filter(order=order).order_by("position")[0]
    open_chargeback(Opened("house", ref, minor, "CNY", tender=tender.ref, reason="not_received"))
    decide_chargeback("house", ref, won_by)


def test_what_a_bank_took_of_an_order_without_a_case_gives_its_commission_back_once(cast: Cast) -> None:
    order = sold(cast, prices=(10_000,), commissions=(1000,), freight=300)
    charged_back(order, 4000)
    assert kept(order) == 600
    charged_back(order, 100, "DP2", won_by="merchant")
    assert kept(order) == 600
    charged_back(order, 6300, "DP3")
    assert kept(order) == 0
    assert {row.name: row.minor for row in balances(order_id=order.pk) if row.minor} == {}
    assert ledger_check() == []


def test_a_bank_that_took_all_the_money_leaves_no_commission_though_a_coupon_stays(cast: Cast) -> None:
    order = sold(cast, prices=(10_000,), coupons=(900,))
    charged_back(order, 9100)
    assert kept(order) == 0
    assert ledger_check() == []


def test_what_a_bank_took_is_shared_by_the_articles_in_proportion_to_what_is_left_of_them(cast: Cast) -> None:
    order = sold(cast, quantities=(1, 1), prices=(3000, 1000), commissions=(300, 100))
    charged_back(order, 2000)
    assert kept(order) == 400 - 150 - 50
    intended(asked_and_approved(cast, order))
    assert kept(order) == 400 - 300
    assert ledger_check() == []


@pytest.mark.parametrize("before", [True, False])
def test_a_bank_that_covers_a_part_of_a_refund_counts_once(cast: Cast, before: bool) -> None:
    order = sold(cast, prices=(10_000,), commissions=(1000,))
    if before:
        charged_back(order, 4000)
    case = asked_and_approved(cast, order)
    refund = intended(case)[-1]
    if not before:
        charged_back(order, 4000)
        refund = refunds(case)[-1]
    assert refund.amount_minor == 6000
    mark_sent(refund.pk)
    take_answer(refund.ref, Answer("paid", "P1"), source="call")
    assert kept(order) == 0
    assert {row.name: row.minor for row in balances(order_id=order.pk) if row.minor} == {}
    assert ledger_check() == []


@pytest.mark.parametrize("minor", [1000, 1500])
def test_a_refund_that_a_bank_has_paid_whole_counts_once(cast: Cast, minor: int) -> None:
    order = sold(cast, quantities=(1, 1), prices=(1000, 1000), commissions=(100, 100))
    charged_back(order, minor)
    case = asked_and_approved(cast, order)
    assert [row.stage for row in intended(case)] == ["covered"]
    assert kept(order) == 200 - minor // 10
    assert books_check() == []
    Chargeback.objects.update(covered_minor=999)
    assert f"order {order.ref}: banks have paid 999 in place of refunds, refunds and grants say 1000" in books_check()
