"""No offer is sent or taken below the law, whatever was granted, paid or promised between two looks at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from amends.cases.mix_sums import Lawful
from amends.cases.models import Case, Grant
from amends.cases.verbs.answering import approve, refuse
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer as Give
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, Unprocessable
from amends.market.models import Order
from amends.market.prices import mark_prices
from amends.market.rules.price_rows import PriceSpec
from amends.talks.models import Offer
from amends.talks.offering import accept_offer, offer
from amends.talks.queries import composing, previewed
from tests.cast import Cast, an_order, claims, settled, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, fresh, grants_of, refunds_of

Part = dict[str, Any]


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def units(case: Case) -> list[int]:
    return list(case.claimed.order_by("unit_id").values_list("unit_id", flat=True))


def keeps(case: Case, minor: int) -> list[Part]:
    return [{"remedy": "price_adjustment", "units": units(case), "amount_minor": minor}]


def refund(case: Case, minor: int | None = None) -> list[Part]:
    return [{"remedy": "return_refund", "units": units(case)} | ({} if minor is None else {"amount_minor": minor})]


def code_of(case: Case, parts: list[Part], cast: Cast) -> str:
    with pytest.raises(Unprocessable) as refusal:
        offer(case.ref, parts=parts, by=cast.bolt)
    return refusal.value.code


def fallen(cast: Cast) -> Case:
    """Bolt promised to pay falls in price back, and the lamp costs 10 yuan less than it did."""
    order = an_order(cast.bolts, cast.annas, prices=(20000,))
    Order.objects.filter(pk=order.pk).update(promises=["price_protection"])
    order.refresh_from_db()
    product = order.lines.get(position=1).product
    mark_prices(order.merchant, [PriceSpec(product.key, "CNY", 19000, clock.now() - timedelta(days=1))])
    return claims(order, by=cast.anna, issue="price", remedy="price_adjustment")


def test_what_is_granted_and_would_be_void_does_not_lower_the_law(cast: Cast) -> None:
    case = fallen(cast)
    assert code_of(case, keeps(case, 999), cast) == "below_the_law"
    approve(case.ref, by=cast.bolt)
    assert code_of(case, keeps(case, 999), cast) == "below_the_law"
    assert composing(fresh(case), cast.anna).law[0][2] == 1000
    made = offer(case.ref, parts=keeps(case, 1000), by=cast.bolt)
    assert (made.amount_minor, made.least_minor) == (1000, 1000)
    accept_offer(made.ref, by=cast.anna)
    settled()
    assert (grants_of(case), refunds_of(case)) == (["void", "done"], [("dropped", 1000), ("paid", 1000)][-len(refunds_of(case)) :])


def test_parts_of_one_line_share_what_is_left_of_its_freight(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,), freight=600), by=cast.anna, quantity=2)
    compensate(case.ref, Give("extra", 400, line=1, part="freight"), by=cast.bolt)
    one, two = units(case)
    apart = [{"remedy": "return_refund", "units": [one]}, {"remedy": "return_refund", "units": [two]}]
    whole = previewed(fresh(case), refund(case), cast.bolt)
    made = offer(case.ref, parts=apart, by=cast.bolt)
    assert (made.amount_minor, made.least_minor) == (whole.amount_minor, whole.least_minor)
    accept_offer(made.ref, by=cast.anna)
    assert sum(Grant.objects.filter(case_id=case.pk, remedy="return_refund").values_list("amount_minor", flat=True)) == made.amount_minor


def test_what_part_of_a_reduced_line_gives_adds_up_to_the_whole(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(30000,), discounts=(1001,), freight=700)
    case = claims(order, by=cast.anna, quantity=3)
    apart = [{"remedy": "return_refund", "units": [pk]} for pk in units(case)]
    assert previewed(case, apart, cast.bolt).least_minor == previewed(case, refund(case), cast.bolt).least_minor
    assert previewed(case, apart, cast.bolt).amount_minor == previewed(case, refund(case), cast.bolt).amount_minor


def test_after_a_settlement_that_is_not_paid_yet_the_law_is_what_it_was(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    first = offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    accept_offer(first.ref, by=cast.anna)
    assert code_of(case, refund(case, 9899), cast) == "below_the_law"
    again = offer(case.ref, parts=refund(case), by=cast.bolt)
    assert again.amount_minor == 9900
    accept_offer(again.ref, by=cast.anna)
    settled()
    assert list(Offer.objects.order_by("pk").values_list("stage", flat=True)) == ["accepted", "accepted"]
    assert (grants_of(case)[0], fresh(case).stage) == ("void", "executing")


def test_an_offer_that_fell_below_the_law_since_is_not_taken(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    made = offer(case.ref, parts=keeps(case, 100), by=cast.bolt)
    monkeypatch.setattr("amends.cases.mix_sums.Sums.law", lambda *_: Lawful(opens=True, minor=500))
    with pytest.raises(Conflict) as refusal:
        accept_offer(made.ref, by=cast.anna)
    assert refusal.value.code == "offer_outdated"
    assert Offer.objects.get(pk=made.pk).stage == "to_consumer"
