"""What is given beside a claim: goodwill, vouchers, points, money of the order, decided sums; within limits, in the books, told to all."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from amends.approvals import answering as approving
from amends.approvals.models import Spending
from amends.cases.grants import owe_sum
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import withdraw
from amends.compensation import purses
from amends.compensation.captures import take_capture
from amends.compensation.clockwork import expire_due, warn_due
from amends.compensation.giving import compensate, correct_purse, give_voucher
from amends.compensation.models import PurseMove, Voucher
from amends.compensation.offers import Offer
from amends.compensation.purses import Move
from amends.compensation.rules import Purchase
from amends.compensation.supplements import ask
from amends.compensation.vouchers import Terms, redeem, revoke
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.checks import causeless
from amends.ledger.posting import balances
from amends.market.models import OrderLine, Unit
from amends.notices.models import Notice
from amends.people.rules import PLATFORM, Role
from amends.plumbing import jobs
from amends.refunds.intents import intend_for
from amends.refunds.models import Refund
from amends.refunds.payees import give_payee
from amends.refunds.reversing import take_reversed
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.refunding import run_only


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,), freight=600)
    return claims(order, by=cast.anna, quantity=1)


def held(**which: int) -> dict[tuple[str, str, str], int]:
    return {(row.party, row.name, row.unit): row.minor for row in balances(**which)}


def voucher(case: Case, cast: Cast, **terms: object) -> Voucher:
    decided = compensate(case.ref, Offer("voucher", 2000, **terms), by=cast.bolt)  # type: ignore[arg-type]
    return Voucher.objects.get(ref=decided.came)


# ── giving ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_merchants_goodwill_is_a_sum_beyond_the_order_at_its_own_cost(cast: Cast, case: Case) -> None:
    decided = compensate(case.ref, Offer("goodwill", 1500, words="久等了"), by=cast.bolt)
    assert decided.given
    grant = Grant.objects.get(case=case, subject="sum")
    assert (grant.amount_minor, grant.borne_by, grant.remedy, grant.stage) == (1500, "merchant", "goodwill", "doing")
    assert [(r.amount_minor, r.tender_id) for r in Refund.objects.filter(grant=grant)] == [(1500, None)]
    told = Entry.objects.get(case_id=case.pk, verb="compensate")
    assert (told.facts["kind"], told.facts["amount_minor"], told.facts["borne_by"]) == ("goodwill", 1500, "merchant")
    assert "久等了" not in str(told.facts), "the timeline holds no words"
    assert Spending.objects.get(action="goodwill").amount_minor == 1500


def test_an_agents_goodwill_is_the_platforms_money(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("goodwill", 500), by=cast.agent)
    assert Grant.objects.get(case=case, subject="sum").borne_by == "platform"
    assert held(case_id=case.pk)["platform", "cost", "CNY"] == 500


def test_points_are_the_platforms_alone_and_a_unit_of_their_own(cast: Cast, case: Case) -> None:
    with pytest.raises(NotYourMove):
        compensate(case.ref, Offer("points", 300), by=cast.bolt)
    compensate(case.ref, Offer("points", 300), by=cast.agent)
    assert purses.balance(cast.annas.pk, "points", "points") == 300
    assert held(case_id=case.pk)["consumer", "points", "points"] == -300
    assert not Refund.objects.filter(case=case).exists()


def test_money_of_the_order_is_the_merchants_to_give_and_never_more_than_was_paid(cast: Cast, case: Case) -> None:
    with pytest.raises(NotYourMove) as ours:
        compensate(case.ref, Offer("price_adjustment", 1000, line=1), by=cast.agent)
    assert ours.value.code == "merchants_money"
    with pytest.raises(Unprocessable):
        compensate(case.ref, Offer("price_adjustment", 20001, line=1, quantity=2), by=cast.bolt)
    compensate(case.ref, Offer("price_adjustment", 1001, line=1, quantity=2), by=cast.bolt)
    granted = sorted(Unit.objects.filter(order_id=case.order_id).values_list("granted_minor", flat=True))
    assert granted == [500, 501], "the cent goes to one of them"
    assert sum(Refund.objects.filter(case=case).values_list("amount_minor", flat=True)) == 1001


def test_freight_goes_back_once(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("extra", 600, line=1, part="freight"), by=cast.bolt)
    assert OrderLine.objects.get(order_id=case.order_id).freight_granted_minor == 600
    with pytest.raises(Unprocessable):
        compensate(case.ref, Offer("extra", 1, line=1, part="freight"), by=cast.bolt)


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        (Offer("gift", 100), "kind"),
        (Offer("goodwill", 0), "amount_minor"),
        (Offer("voucher", 100, min_spend_minor=-1), "min_spend_minor"),
        (Offer("voucher", 100, days=400), "days"),
        (Offer("price_adjustment", 100, line=7), "line"),
        (Offer("price_adjustment", 100, line=1, quantity=3), "quantity"),
        (Offer("extra", 100, line=1, part="gold"), "part"),
        (Offer("claim_sum", 100, claim="fraud"), "claim"),
        (Offer("goodwill", 100, words="字" * 501), "words"),
    ],
)
def test_what_cannot_be_given_is_refused_at_its_field_and_leaves_nothing(cast: Cast, case: Case, offer: Offer, field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        compensate(case.ref, offer, by=cast.bolt)
    assert field in refused.value.fields
    assert not Grant.objects.filter(case=case).exists()
    assert not Spending.objects.exists()


def test_nobody_gives_on_a_strangers_case_or_a_closed_one(cast: Cast, case: Case) -> None:
    with pytest.raises(NotFound):
        compensate(case.ref, Offer("goodwill", 100), by=cast.rival)
    with pytest.raises(NotYourMove):
        compensate(case.ref, Offer("goodwill", 100), by=cast.anna)
    withdraw(case.ref, by=cast.anna)
    with pytest.raises(NoSuchMove) as over:
        compensate(case.ref, Offer("goodwill", 100), by=cast.bolt)
    assert over.value.code == "case_over"


def test_a_consumer_withdraws_only_once_what_was_given_has_arrived(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("goodwill", 100), by=cast.bolt)
    with pytest.raises(NoSuchMove) as waits:
        withdraw(case.ref, by=cast.anna)
    assert waits.value.code == "compensation_on_its_way"


def test_above_an_agents_limit_somebody_else_approves_and_then_it_is_given_once(cast: Cast, case: Case) -> None:
    head = person("head", Role.SUPERVISOR)
    decided = compensate(case.ref, Offer("goodwill", 6000), by=cast.agent, why="three weeks late")
    assert decided.approval is not None
    assert not Grant.objects.filter(case=case).exists(), "what is asked is not done"
    approving.approve(decided.approval.ref, by=head)
    grant = Grant.objects.get(case=case)
    assert (grant.amount_minor, grant.borne_by) == (6000, "platform")
    with pytest.raises(NoSuchMove):
        approving.approve(decided.approval.ref, by=head)
    assert Grant.objects.filter(case=case).count() == 1


def test_what_was_approved_is_not_given_on_a_case_that_closed_meanwhile(cast: Cast, case: Case) -> None:
    head = person("head", Role.SUPERVISOR)
    decided = compensate(case.ref, Offer("goodwill", 6000), by=cast.agent, why="three weeks late")
    withdraw(case.ref, by=cast.anna)
    assert decided.approval is not None
    with suppress(NoSuchMove):
        assert approving.approve(decided.approval.ref, by=head).state == "void"
    assert not Grant.objects.filter(case=case).exists()


def test_a_key_is_decided_once(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("goodwill", 100), by=cast.bolt, key="shop-7")
    with pytest.raises(Conflict):
        compensate(case.ref, Offer("goodwill", 100), by=cast.bolt, key="shop-7")
    assert Grant.objects.filter(case=case).count() == 1


def test_long_keys_that_begin_alike_are_two_acts(cast: Cast, case: Case) -> None:
    long = "shop-7-" + "0" * 100
    for end in "ab":
        assert compensate(case.ref, Offer("goodwill", 100), by=cast.bolt, key=long + end).given
    with pytest.raises(Conflict):
        compensate(case.ref, Offer("goodwill", 100), by=cast.bolt, key=long + "b")
    assert Grant.objects.filter(case=case).count() == 2


def test_the_consumer_is_told(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("voucher", 2000), by=cast.bolt)
    jobs.drain()
    assert Notice.objects.filter(case_id=case.pk, kind="case.compensate", party="consumer").count() == 1


# ── decided sums beside the remedies ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_decided_claim_is_granted_up_to_what_the_decision_says(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, prices=(9900,))
    case = claims(order, by=cast.anna, issue="not_as_described", flags={"fraud": True}, remedy="return_refund", evidence=files(order, cast))
    decided = case.decision.answer["lines"][0]["answer"]["claims"]
    fraud = next(claim for claim in decided if claim["name"] == "fraud")["amount_minor"]
    head = person("head", Role.SUPERVISOR)
    with pytest.raises(Unprocessable):
        compensate(case.ref, Offer("claim_sum", fraud + 1, claim="fraud"), by=head)
    compensate(case.ref, Offer("claim_sum", 10000, claim="fraud"), by=cast.bolt)
    compensate(case.ref, Offer("claim_sum", 0, claim="fraud"), by=head, why="as decided")
    sums = Grant.objects.filter(case=case, subject="sum").order_by("pk")
    assert [(grant.amount_minor, grant.borne_by) for grant in sums] == [(10000, "merchant"), (fraud - 10000, "merchant")]
    with pytest.raises(Unprocessable):
        compensate(case.ref, Offer("claim_sum", 0, claim="fraud"), by=head)


def files(order: object, cast: Cast) -> list[str]:
    from io import BytesIO  # noqa: PLC0415

    from PIL import Image  # noqa: PLC0415

    from amends.cases.verbs.uploading import upload  # noqa: PLC0415

    refs = []
    for shade in (10, 200):
        picture = BytesIO()
        Image.new("RGB", (64, 64), (shade, 50, 90)).save(picture, "JPEG")
        picture.seek(0)
        refs.append(upload(order.ref, name="a.jpg", stream=picture, by=cast.anna).ref)  # type: ignore[attr-defined]
    return refs


# ── vouchers ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_voucher_is_redeemed_once_and_the_same_order_number_has_the_same_answer(cast: Cast, case: Case) -> None:
    one = voucher(case, cast, min_spend_minor=5000)
    assert Grant.objects.get(case=case).stage == "done", "it is delivered by being issued"
    with pytest.raises(Unprocessable):
        redeem(one.ref, Purchase("B-1", 4999, "CNY"), by=cast.bolt)
    first = redeem(one.ref, Purchase("B-1", 5000, "CNY"), by=cast.bolt)
    again = redeem(one.ref, Purchase("B-1", 5000, "CNY"), by=cast.bolt)
    assert (first.redeemed_minor, again.redeemed_minor, again.state) == (2000, 2000, "redeemed")
    with pytest.raises(Conflict):
        redeem(one.ref, Purchase("B-2", 9000, "CNY"), by=cast.bolt)
    assert held(case_id=case.pk)["consumer", "vouchers", "CNY.voucher"] == 0
    assert held(case_id=case.pk)["merchant", "vouchers_given", "CNY.voucher"] == 0


def test_a_merchants_voucher_counts_in_its_shop_alone_and_the_platforms_everywhere_at_its_cost(cast: Cast, case: Case) -> None:
    with pytest.raises(NotFound):
        redeem(voucher(case, cast).ref, Purchase("R-1", 9000, "CNY"), by=cast.rival)
    ours = compensate(case.ref, Offer("voucher", 2000, scope="platform"), by=cast.agent).came
    redeem(ours, Purchase("R-1", 1500, "CNY"), by=cast.rival)
    books = held(merchant_id=cast.rivals.pk)
    assert (books["platform", "cost", "CNY"], books["merchant", "held", "CNY"]) == (1500, -1500), "no more than the purchase"
    with pytest.raises(Conflict):
        redeem(ours, Purchase("R-1", 1500, "CNY"), by=cast.bolt)
    assert causeless() == [], "a voucher of one shop's case is met in another shop's books"


def test_a_voucher_is_not_used_up_for_nothing_and_has_a_sensible_bound(cast: Cast, case: Case) -> None:
    one = voucher(case, cast)
    with pytest.raises(Unprocessable) as nothing:
        redeem(one.ref, Purchase("B-0", 0, "CNY"), by=cast.bolt)
    assert (nothing.value.code, Voucher.objects.get(pk=one.pk).state) == ("voucher_nothing_to_pay", "issued")
    for face, least in ((10**20, 0), (100, 10**20)):
        with pytest.raises(Unprocessable):
            Terms("CNY", face, least)


def test_a_voucher_ends_by_the_clock_whether_or_not_a_job_was_there(cast: Cast, case: Case, stepped_clock: clock.Stepped) -> None:
    one = voucher(case, cast, days=10)
    stepped_clock.until(one.valid_until - timedelta(days=1))
    assert (warn_due(), warn_due(), expire_due()) == (1, 0, 0), "told once"
    stepped_clock.until(one.valid_until)
    with pytest.raises(Conflict) as over:
        redeem(one.ref, Purchase("B-1", 9000, "CNY"), by=cast.bolt)
    assert over.value.code == "voucher_expired"
    assert (expire_due(), expire_due()) == (1, 0)
    assert held(case_id=case.pk)["consumer", "vouchers", "CNY.voucher"] == 0
    verbs = Entry.objects.filter(case_id=case.pk, verb__endswith="_voucher").order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["warn_voucher", "expire_voucher"]


def test_whoever_gave_a_voucher_takes_it_back_and_nobody_else(cast: Cast, case: Case) -> None:
    one = voucher(case, cast)
    for stranger, refusal in ((cast.rival, NotFound), (cast.agent, NotYourMove), (cast.anna, NotYourMove)):
        with pytest.raises(refusal):
            revoke(one.ref, reason="a mistake", by=stranger)
    with pytest.raises(Unprocessable):
        revoke(one.ref, reason=" ", by=cast.bolt)
    assert revoke(one.ref, reason="a mistake", by=cast.bolt).state == "revoked"
    with pytest.raises(Conflict):
        redeem(one.ref, Purchase("B-1", 9000, "CNY"), by=cast.bolt)


def test_a_shop_gives_a_voucher_without_a_case_to_its_own_customers(cast: Cast, case: Case) -> None:
    given = give_voucher(cast.annas.ref, Terms("CNY", 1000), by=cast.bolt, reason="谢谢")
    one = Voucher.objects.get(ref=given.came)
    assert (one.case_id, one.consumer_id, one.scope) == (None, cast.annas.pk, "merchant")
    with pytest.raises(NotFound):
        give_voucher(cast.bertas.ref, Terms("CNY", 1000), by=cast.bolt)


# ── purses ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_points_are_spent_once_for_a_key_and_never_below_nothing(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("points", 300), by=cast.agent)
    spend = Move(cast.annas.ref, "points", "points", 200, "till-1", "B-1")
    assert purses.spend(spend, by=cast.bolt).pk == purses.spend(spend, by=cast.bolt).pk
    assert purses.balance(cast.annas.pk, "points", "points") == 100
    with pytest.raises(Conflict) as short:
        purses.spend(Move(cast.annas.ref, "points", "points", 101, "till-2", "B-2"), by=cast.bolt)
    assert short.value.code == "purse_too_small"
    with pytest.raises(Unprocessable):
        purses.spend(Move(cast.annas.ref, "points", "points", 50, "till-1", "B-1"), by=cast.bolt)
    with pytest.raises(NotFound):
        purses.spend(Move(cast.annas.ref, "points", "points", 1, "till-3", "B-3"), by=cast.rival)


def test_points_given_by_mistake_are_taken_back_by_four_eyes(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("points", 300), by=cast.agent)
    asked = Move(cast.annas.ref, "points", "points", 300, "oops-1", "given twice")
    boss, other = person("boss", Role.ADMIN), person("other", Role.ADMIN)
    with pytest.raises(NotYourMove):
        correct_purse(asked, merchant_id=cast.bolts.pk, by=cast.agent)
    waits = correct_purse(asked, merchant_id=cast.bolts.pk, by=boss)
    if not isinstance(waits, PurseMove):
        approving.approve(waits.ref, by=other)
    assert purses.balance(cast.annas.pk, "points", "points") == 0


def test_time_that_passes_by_itself_ends_nothing_of_a_voucher_that_is_used(cast: Cast, case: Case, stepped_clock: clock.Stepped) -> None:
    one = voucher(case, cast, days=1)
    redeem(one.ref, Purchase("B-1", 9000, "CNY"), by=cast.bolt)
    stepped_clock.until(one.valid_until + timedelta(days=1))
    assert expire_due() == 0


# ── store credit, and the books as a whole ───────────────────────────────────────────────────────────────────────────────────


def test_goodwill_into_store_credit_is_in_the_purse_and_spent_at_a_till(cast: Cast, case: Case) -> None:
    give_payee(case.ref, way="credit", by=cast.anna, consents=True)
    compensate(case.ref, Offer("goodwill", 1500), by=cast.bolt)
    run_only("send_refund")
    assert Refund.objects.get(case=case).stage == "paid"
    assert [(move.purse, move.amount_minor, move.what) for move in purses.moves_of(cast.annas.pk)] == [("credit", 1500, "give")]
    assert purses.balance(cast.annas.pk, "credit", "CNY") == 1500
    purses.spend(Move(cast.annas.ref, "credit", "CNY", 600, "till-1", "B-1"), by=cast.bolt)
    assert purses.balance(cast.annas.pk, "credit", "CNY") == 900
    with pytest.raises(Unprocessable):
        purses.spend(Move(cast.annas.ref, "credit", "points", 600, "till-2", "B-2"), by=cast.bolt)


def test_after_everything_was_given_the_books_are_whole(cast: Cast, case: Case) -> None:
    give_payee(case.ref, way="credit", by=cast.anna, consents=True)
    one = voucher(case, cast)
    for by, offer in (
        (cast.agent, Offer("points", 300)), (cast.agent, Offer("voucher", 500, scope="platform")), (cast.bolt, Offer("goodwill", 700)),
        (cast.bolt, Offer("price_adjustment", 100, line=1)), (cast.bolt, Offer("extra", 600, line=1, part="freight")),
    ):  # fmt: skip
        compensate(case.ref, offer, by=by)
    redeem(one.ref, Purchase("B-1", 9000, "CNY"), by=cast.bolt)
    purses.spend(Move(cast.annas.ref, "points", "points", 100, "till-1", "B-1"), by=cast.bolt)
    asked = ask(case.ref, amount_minor=500, by=cast.bolt)
    assert take_capture("house", {"key": asked.ref, "amount": 500, "currency": "CNY"}) == "paid"
    run_only("notices", "complete")
    found = {check.name: offenders for check in CHECKS if (offenders := check.offenders())}
    assert found == {}


def test_store_credit_that_comes_back_leaves_the_purse_in_the_same_act_and_comes_again(cast: Cast, case: Case) -> None:
    give_payee(case.ref, way="credit", by=cast.anna, consents=True)
    compensate(case.ref, Offer("goodwill", 1500), by=cast.bolt)
    run_only("send_refund")
    take_reversed(Refund.objects.get(case=case).ref, reason="by mistake")
    assert sorted((move.what, move.amount_minor) for move in purses.moves_of(cast.annas.pk)) == [("give", 1500), ("take_back", 1500)]
    assert purses.balance(cast.annas.pk, "credit", "CNY") == 0
    run_only("send_refund")
    adds = {"give": 1, "spend": -1, "take_back": -1}
    moved = sum(adds[move.what] * move.amount_minor for move in purses.moves_of(cast.annas.pk))
    assert moved == purses.balance(cast.annas.pk, "credit", "CNY") == 1500


def test_store_credit_that_was_spent_does_not_come_back_and_it_is_said(cast: Cast, case: Case) -> None:
    give_payee(case.ref, way="credit", by=cast.anna, consents=True)
    compensate(case.ref, Offer("goodwill", 1500), by=cast.bolt)
    run_only("send_refund")
    purses.spend(Move(cast.annas.ref, "credit", "CNY", 600, "till-1", "B-1"), by=cast.bolt)
    with pytest.raises(Conflict) as spent:
        take_reversed(Refund.objects.get(case=case).ref)
    assert (spent.value.code, spent.value.text.into("en")) == ("purse_too_small", "Not enough: ¥9.00 there, ¥15.00 asked.")
    assert (Refund.objects.get(case=case).stage, purses.balance(cast.annas.pk, "credit", "CNY")) == ("paid", 900)


@pytest.mark.parametrize("key", ["refund:RF-2222-2222-2222", "grant:1"])
def test_no_till_can_take_a_key_of_ours(cast: Cast, case: Case, key: str) -> None:
    with pytest.raises(Unprocessable) as ours:
        Move(cast.annas.ref, "credit", "CNY", 1, key, "B-1")
    assert ours.value.code == "wrong_key"


@pytest.mark.parametrize("basis", ["claim:triple", "insurance", "supplement", "reversed"])
def test_a_case_with_money_on_its_way_beside_the_claim_is_not_left(cast: Cast, case: Case, basis: str) -> None:
    owe_beside(case.pk, basis)
    with pytest.raises(NoSuchMove) as waits:
        withdraw(case.ref, by=cast.anna)
    assert waits.value.code == "compensation_on_its_way"


@an_act
def owe_beside(case_id: int, basis: str) -> None:
    case = take_case_of(case_id)
    grant = owe_sum(case, amount_minor=300, currency="CNY", remedy="goodwill", basis=basis, borne_by="merchant", by=PLATFORM)
    intend_for(grant, PLATFORM)


def test_an_agent_who_would_give_the_orders_money_is_told_the_way_that_there_is(cast: Cast, case: Case) -> None:
    for offer in (Offer("price_adjustment", 100, line=1), Offer("extra", 600, line=1, part="freight")):
        with pytest.raises(NotYourMove) as not_ours:
            compensate(case.ref, offer, by=cast.agent)
        assert "goodwill" in not_ours.value.text.into("en")
        assert "小额打款" in not_ours.value.text.into("zh")
    assert compensate(case.ref, Offer("goodwill", 600), by=cast.agent).given
