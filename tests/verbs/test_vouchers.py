"""Vouchers at their bounds: what may be asked for, what a claim is owed whatever the bounds, who sees and takes back which."""

from __future__ import annotations

import pytest

from amends.approvals.models import Approval
from amends.approvals.queries import what_it_does
from amends.cases.grants import owe, unclaimed_units
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.compensation import carrying, vouchers
from amends.compensation.clockwork import expire_due
from amends.compensation.giving import compensate, give_voucher
from amends.compensation.models import Voucher
from amends.compensation.offers import Offer
from amends.compensation.queries import voucher_for, vouchers_of
from amends.compensation.vouchers import Terms, revoke
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NotFound, Unprocessable
from amends.people.rules import PLATFORM
from tests.cast import Cast, an_order, claims, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def a_case(cast: Cast, *, minor: int = 9900, currency: str = "CNY") -> Case:
    return claims(an_order(cast.bolts, cast.annas, prices=(minor,), currency=currency), by=cast.anna)


def a_claimed_voucher(cast: Cast, minor: int = 9900) -> Voucher:
    """A claim that ends in a voucher, because somebody decided so."""
    case = a_case(cast, minor=minor)
    decides(case.pk)
    carrying.begin_grants(Entry.objects.filter(case_id=case.pk).latest("number"))
    return Voucher.objects.get(case=case)


@an_act
def decides(case_id: int) -> None:
    case = take_case_of(case_id)
    owe(case, unclaimed_units(case), basis="ruling", by=PLATFORM, remedy="voucher")


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("currency", "fits"), [("CNY", 100_000), ("JPY", 2_000), ("KWD", 41_666)])
def test_the_greatest_face_value_is_weighed_in_every_currency_and_refused_before_anybody_is_asked(
    cast: Cast, currency: str, fits: int
) -> None:
    case = a_case(cast, currency=currency)
    with pytest.raises(Unprocessable) as above:
        compensate(case.ref, Offer("voucher", fits + 1), by=cast.agent, why="three weeks late")
    assert "¥1,000.00" in above.value.fields["amount_minor"].into("en"), "in the currency of the rules"
    with pytest.raises(Unprocessable):
        give_voucher(cast.annas.ref, Terms(currency, fits + 1), by=cast.bolt, why="three weeks late")
    assert not Approval.objects.exists()
    assert not compensate(case.ref, Offer("voucher", fits), by=cast.agent, why="three weeks late").given


def test_too_long_a_validity_is_refused_before_anybody_is_asked(cast: Cast) -> None:
    for ask in (
        lambda: compensate(a_case(cast).ref, Offer("voucher", 50_000, days=366), by=cast.agent, why="three weeks late"),
        lambda: give_voucher(cast.annas.ref, Terms("CNY", 50_000, days=366), by=cast.bolt, why="three weeks late"),
    ):
        with pytest.raises(Unprocessable) as long:
            ask()
        assert "days" in long.value.fields
    assert not Approval.objects.exists()


def test_a_granted_claim_is_owed_its_voucher_whatever_the_bound_of_gifts(cast: Cast) -> None:
    one = a_claimed_voucher(cast, minor=250_000)
    assert (one.amount_minor, one.state) == (250_000, "issued")
    assert Grant.objects.get(case_id=one.case_id).stage == "done"
    assert {check.name: offenders for check in CHECKS if (offenders := check.offenders())} == {}


def test_what_a_granted_claim_brought_is_not_taken_back_and_what_was_given_is(cast: Cast) -> None:
    owed = a_claimed_voucher(cast)
    with pytest.raises(Conflict) as kept:
        revoke(owed.ref, reason="I changed my mind", by=cast.bolt)
    assert kept.value.code == "voucher_owed"
    assert Voucher.objects.get(pk=owed.pk).state == "issued"
    given = compensate(a_case(cast).ref, Offer("voucher", 500), by=cast.bolt).came
    assert revoke(given, reason="a mistake", by=cast.bolt).state == "revoked"


def test_whoever_approves_reads_on_which_terms_it_is_given(cast: Cast) -> None:
    case, why = a_case(cast), "three weeks late"
    free = Terms("CNY", 50_000, min_spend_minor=90_000)
    for by, offer in (
        (cast.agent, Offer("voucher", 50_000, min_spend_minor=5000, days=30, scope="platform")), (cast.bolt, Offer("voucher", 50_000)),
    ):  # fmt: skip
        compensate(case.ref, offer, by=by, why=why)
    give_voucher(cast.annas.ref, free, by=cast.bolt, why=why)
    said = [what_it_does(row).into("en") for row in Approval.objects.order_by("pk")]
    assert said == [
        "give the consumer a voucher (from ¥50.00, 30 days, for any shop), at the platform's cost",
        "give the consumer a voucher (no least spend, 90 days, for the shop), at the merchant's cost",
        "give the consumer a voucher (from ¥900.00, 90 days, for the shop), at the merchant's cost",
    ]


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        (Offer("price_adjustment", 110_000, line=7), "line"), (Offer("price_adjustment", 110_000, line=1, quantity=3), "quantity"),
        (Offer("price_adjustment", 300_001, line=1, quantity=2), "amount_minor"), (Offer("extra", 110_000, line=1, part="gold"), "part"),
        (Offer("extra", 120_001, line=1, part="freight"), "amount_minor"),
    ],
)  # fmt: skip
def test_nobody_is_asked_to_approve_what_cannot_be_given(cast: Cast, offer: Offer, field: str) -> None:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(300_000,), freight=120_000), by=cast.anna)
    with pytest.raises(Unprocessable) as refused:
        compensate(case.ref, offer, by=cast.bolt, why="three weeks late")
    assert field in refused.value.fields
    assert not Approval.objects.exists()


def test_whoever_approves_reads_for_which_articles_it_is_given(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(300_000,), freight=120_000), by=cast.anna)
    for offer in (Offer("price_adjustment", 110_000, line=1, quantity=2), Offer("extra", 110_000, line=1, part="freight")):
        compensate(case.ref, offer, by=cast.bolt, why="three weeks late")
    zh = [what_it_does(row).into("zh") for row in Approval.objects.order_by("pk")]
    assert zh == ["向消费者给出折价补偿（第 1 行，2 件），商家承担", "向消费者给出运费或包装费（第 1 行，运费），商家承担"]


# ── who sees which ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_shop_finds_anothers_platform_voucher_by_its_number_and_lists_none(cast: Cast) -> None:
    ref = compensate(a_case(cast).ref, Offer("voucher", 500, scope="platform"), by=cast.agent).came
    assert [row.ref for row in vouchers_of(cast.bolt)] == [ref], "of its own case"
    assert list(vouchers_of(cast.rival)) == []
    assert voucher_for(ref, cast.rival).ref == ref, "whoever shows it may use it there"
    with pytest.raises(NotFound):
        revoke(ref, reason="not mine", by=cast.rival)
    own = compensate(a_case(cast).ref, Offer("voucher", 500), by=cast.bolt).came
    with pytest.raises(NotFound):
        voucher_for(own, cast.rival)


# ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_voucher_that_cannot_be_ended_keeps_no_other_from_its_end(
    cast: Cast, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (Voucher.objects.get(ref=compensate(a_case(cast).ref, Offer("voucher", 500, days=9), by=cast.bolt).came) for _ in "ab")
    stepped_clock.until(second.valid_until)
    book = vouchers.post
    monkeypatch.setattr(vouchers, "post", lambda what, *rest, **more: 1 / 0 if first.ref in more["key"] else book(what, *rest, **more))
    assert expire_due() == 1
    monkeypatch.undo()
    assert {row.ref: row.state for row in Voucher.objects.all()} == {first.ref: "issued", second.ref: "expired"}
    assert expire_due() == 1, "tried again"
