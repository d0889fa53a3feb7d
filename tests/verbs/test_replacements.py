"""Pieces that go out again: kept, shipped, confirmed; not to be had, chosen anew, turned into money; never for two cases at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.claims import LineClaim, consider
from amends.cases.clockwork import Due, fire_all, tick
from amends.cases.models import Case, Deadline, Grant
from amends.cases.verbs.answering import approve, withdraw
from amends.compensation.captures import take_capture
from amends.compensation.models import Supplement
from amends.compensation.supplements import ask, lapse_due
from amends.faces.out_again import shown_of
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.models import Posting
from amends.market.models import Product, Shipment
from amends.plumbing import jobs
from amends.policy.rules.facts import Remedy
from amends.refunds.models import Refund
from amends.replacements import verbs
from amends.replacements.ahead import ask_ahead, decline_advance, keep_both
from amends.replacements.differences import worth
from amends.replacements.models import Advance, Offered, Replacement
from amends.replacements.queries import product_of
from amends.returns.models import ReturnShipment
from amends.returns.verbs import accept, accept_finding, carrier_says, give_address, receive, reject, report_missing, ship
from amends.shipping.rules import Told
from amends.shipping.verbs import hear
from amends.stock.models import StockLevel, StockMove
from amends.stock.verbs import tell_level
from tests.cast import Cast, an_order, answered, the_cast
from tests.refunding import run_only
from tests.verbs.replacing import a_lamp, accepted, asked, bought, piece_of, resent, shipped
from tests.verbs.returns_at_hand import a_photo, a_waybill, findings_of, fresh, parcel_of


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def wrong() -> dict[str, list[str]]:
    return {check.name: offenders for check in CHECKS if (offenders := check.offenders())}


def grants(case: Case) -> list[tuple[str, str, int]]:
    return list(Grant.objects.filter(case_id=case.pk).order_by("pk").values_list("remedy", "stage", "amount_minor"))


def test_an_exchange_ends_with_the_piece_confirmed_and_the_case_closed(cast: Cast) -> None:
    case = accepted(cast, bought(cast))
    piece = piece_of(case)
    assert (piece.kind, piece.stage, piece.wanted) == ("exchange", "reserving", None)
    assert not Refund.objects.exists()
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    jobs.drain()
    case = fresh(case)
    assert (case.stage, case.ended_by) == ("closed", "complete")
    assert grants(case) == [("exchange", "done", 0)]
    assert wrong() == {}


def test_a_resend_needs_no_goods_back(cast: Cast) -> None:
    case = resent(cast, bought(cast))
    assert (piece_of(case).kind, piece_of(case).stage) == ("resend", "reserving")
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    jobs.drain()
    assert (fresh(case).stage, grants(case)) == ("closed", [("resend", "done", 0)])
    assert wrong() == {}


def test_what_falls_back_owes_the_money_in_the_same_commit(cast: Cast) -> None:
    case = accepted(cast, bought(cast))
    piece = piece_of(case)
    verbs.run_out(piece.ref, by=cast.bolt)
    verbs.fall_back(piece.ref, by=cast.anna)
    assert grants(case) == [("exchange", "void", 0), ("refund_only", "owed", 9900)]
    run_only("begin_refund", "notices")
    assert list(Refund.objects.values_list("amount_minor", flat=True)) == [9900]
    assert wrong() == {}


# ── stock ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_free_piece_is_kept_at_once_and_leaves_the_stock_when_it_ships(cast: Cast) -> None:
    order = bought(cast)
    lamp = order.lines.get().product
    tell_level(lamp, "", 1)
    case = accepted(cast, order)
    assert piece_of(case).stage == "packing"
    assert StockLevel.objects.values_list("on_hand", "reserved").get() == (1, 1)
    shipped(cast, case)
    assert StockLevel.objects.values_list("on_hand", "reserved").get() == (0, 0)
    assert StockMove.objects.values_list("kind", flat=True).get() == "out"
    assert wrong() == {}


def test_of_two_cases_that_want_the_last_piece_one_gets_it(cast: Cast) -> None:
    order = bought(cast, quantity=2)
    tell_level(order.lines.get().product, "", 1)
    case = accepted(cast, order, quantity=2)
    pieces = {row.stage: row for row in Replacement.objects.filter(case=case)}
    assert set(pieces) == {"packing", "reserving"}
    with pytest.raises(Conflict, match="no free piece"):
        verbs.reserve(pieces["reserving"].ref, by=cast.bolt)
    withdraw(case.ref, by=cast.anna)
    assert StockLevel.objects.values_list("on_hand", "reserved").get() == (1, 0)
    assert wrong() == {}


# ── another article ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dearer_article_leaves_once_its_difference_is_paid(cast: Cast) -> None:
    order = bought(cast)
    case = accepted(cast, order, wanted=a_lamp(cast, "大号", "L", 12900).ref)
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    asked_for = Supplement.objects.get(case_id=case.pk)
    assert (asked_for.amount_minor, asked_for.state) == (3000, "asked")
    with pytest.raises(NoSuchMove, match="difference"):
        verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt)
    take_capture("house", {"key": asked_for.ref, "amount": 3000, "currency": "CNY", "payment_ref": "P-1"})
    verbs.carrier_says(verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt).ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    run_only("complete", "notices")
    assert fresh(case).stage == "closed"
    assert wrong() == {}


def test_a_cheaper_article_brings_the_difference_back(cast: Cast) -> None:
    case = accepted(cast, bought(cast), wanted=a_lamp(cast, "小号", "S", 7900).ref)
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    assert not Refund.objects.exists()
    verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt)
    assert list(Refund.objects.values_list("amount_minor", "stage")) == [(2000, "intended")]
    later_than_a_trace(piece)
    verbs.carrier_says(piece.ref, "declare_lost")
    run_only("begin_refund")
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [2000, 7900]
    assert wrong() == {}


def test_a_difference_that_is_not_paid_turns_the_exchange_into_money(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = accepted(cast, bought(cast), wanted=a_lamp(cast, "大号", "L", 12900).ref)
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    asked_for = Supplement.objects.get(case_id=case.pk)
    due = Deadline.objects.get(life="replacement", life_id=piece.pk, ended_at__isnull=True).due_at
    assert due > asked_for.due_at
    stepped_clock.until(asked_for.due_at)
    lapse_due()
    run_only("exchange_paid", "begin_refund")
    piece.refresh_from_db()
    assert piece.stage == "fallen_back"
    assert grants(case) == [("exchange", "void", 0), ("refund_only", "doing", 9900)]


def test_a_variant_of_the_same_price_costs_nothing_whatever_was_paid(cast: Cast) -> None:
    order = bought(cast, price=8000)
    Product.objects.filter(key=f"{order.ref}-1").update(price_minor=9900)
    case = accepted(cast, order, wanted=a_lamp(cast, "白色", "white", 9900).ref)
    verbs.reserve(piece_of(case).ref, by=cast.bolt)
    assert not Supplement.objects.exists()
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("wanted", "code"), [("PR-NONE", "unknown_article"), ("unpriced", "no_price")])
def test_what_cannot_be_had_is_refused_at_the_claim(cast: Cast, wanted: str, code: str) -> None:
    order = bought(cast)
    ref = a_lamp(cast, "红色", "red", None).ref if wanted == "unpriced" else wanted
    with pytest.raises(Unprocessable) as refused:
        asked(cast, order, wanted=ref)
    assert refused.value.code == code


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_out_of_stock_the_consumer_chooses_among_what_is_there(cast: Cast) -> None:
    order = bought(cast)
    large, none_left = a_lamp(cast, "大号", "L", 10900), a_lamp(cast, "特大号", "XL", 11900)
    tell_level(large, "", 3)
    tell_level(none_left, "", 0)
    case = accepted(cast, order)
    piece = verbs.run_out(piece_of(case).ref, by=cast.bolt)
    assert list(Offered.objects.values_list("product_id", "difference_minor")) == [(large.pk, 1000)]
    with pytest.raises(Unprocessable, match="not among"):
        verbs.choose_other(piece.ref, product=none_left.ref, by=cast.anna)
    with pytest.raises(NotYourMove):
        verbs.choose_other(piece.ref, product=large.ref, by=cast.bolt)
    verbs.choose_other(piece.ref, product=large.ref, by=cast.anna)
    run_only("reserve_stock")
    piece.refresh_from_db()
    assert (piece.stage, piece.wanted) == ("packing", large)
    assert Supplement.objects.get(case_id=case.pk).amount_minor == 1000
    assert wrong() == {}


def test_the_wrong_piece_lets_the_consumer_choose_again_the_right_one_among_the_rest(cast: Cast) -> None:
    order = bought(cast)
    case = accepted(cast, order)
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    with pytest.raises(Unprocessable, match="photo"):
        verbs.report_wrong(piece.ref, words="这是小号", by=cast.anna)
    verbs.report_wrong(piece.ref, words="这是小号", evidence=[a_photo(case, cast.anna)], by=cast.anna)
    lamp = order.lines.get().product
    assert list(Offered.objects.values_list("product_id", "difference_minor")) == [(lamp.pk, 0)]
    verbs.choose_other(piece.ref, product=lamp.ref, by=cast.anna)
    assert piece_of(case).stage == "reserving"


def test_a_lost_piece_owes_the_money_and_a_foreign_eye_sees_nothing(cast: Cast) -> None:
    case = resent(cast, bought(cast))
    piece = shipped(cast, case)
    with pytest.raises(NotFound):
        verbs.confirm(piece.ref, by=cast.berta)
    with pytest.raises(NotFound):
        verbs.reserve(piece.ref, by=cast.rival)
    verbs.carrier_says(piece.ref, "deliver")
    piece.refresh_from_db()
    assert piece.stage == "arrived"
    other = shipped(cast, resent(cast, bought(cast)))
    hear("SF", other.waybill, [Told("in_transit", clock.now(), "", "", None, None, "k1")])
    later_than_a_trace(other)
    hear("SF", other.waybill, [Told("lost", clock.now(), "", "", None, None, "k2")])
    other.refresh_from_db()
    assert other.stage == "fallen_back"
    assert grants(other.case) == [("resend", "void", 0), ("refund_only", "owed", 9900)]


def later_than_a_trace(piece: Replacement) -> None:
    """The parcel is overdue and is looked for."""
    row = Deadline.objects.get(life="replacement", life_id=piece.pk, ended_at__isnull=True)
    at = clock.now()
    Deadline.objects.filter(pk=row.pk).update(due_at=at)
    fire_all([Due(row.pk, row.case_id)])


# ── ahead of the return ──────────────────────────────────────────────────────────────────────────────────────────────────────


def approved(cast: Cast, tier: str = "") -> Case:
    cast.annas.tier = tier
    cast.annas.save(update_fields=["tier"])
    case = asked(cast, bought(cast))
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    return fresh(case)


def returned(cast: Cast, case: Case) -> None:
    parcel = parcel_of(case).ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel, "deliver")
    receive(parcel, by=cast.bolt)
    accept(case.ref, inspection=findings_of(case)[0].pk, by=cast.bolt)


def test_a_trusted_consumer_has_it_first_and_the_case_waits_for_the_return(cast: Cast) -> None:
    case = approved(cast, "gold")
    assert ask_ahead(case.ref, by=cast.anna).stage == "running"
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    run_only("complete")
    assert (fresh(case).stage, grants(case)) == ("executing", [("exchange", "doing", 0)])
    returned(cast, case)
    run_only("complete")
    assert Advance.objects.get().stage == "returned"
    assert (fresh(case).stage, grants(case)) == ("closed", [("exchange", "done", 0)])
    assert Replacement.objects.count() == 1
    assert wrong() == {}


def test_anybody_else_leaves_a_security_that_goes_back_with_the_return(cast: Cast) -> None:
    case = approved(cast)
    row = ask_ahead(case.ref, by=cast.anna)
    assert (row.stage, row.security and row.security.amount_minor) == ("asked", 9900)
    assert not Replacement.objects.exists()
    assert row.security is not None
    take_capture("house", {"key": row.security.ref, "amount": 9900, "currency": "CNY", "payment_ref": "P-1"})
    run_only("exchange_paid")
    assert (Advance.objects.get().stage, piece_of(case).stage) == ("running", "reserving")
    returned(cast, case)
    assert list(Refund.objects.values_list("amount_minor", "stage")) == [(9900, "intended")]
    assert wrong() == {}


def test_what_never_comes_back_is_charged(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = approved(cast, "gold")
    ask_ahead(case.ref, by=cast.anna)
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    keep_both(Advance.objects.get().ref, by=cast.anna)
    run_only("complete")
    assert (fresh(case).stage, parcel_of(case).stage) == ("closed", "dropped")
    assert Posting.objects.filter(what="advance_charged").count() == 1
    assert wrong() == {}


def test_what_could_be_asked_ahead_once_is_not_asked_twice(cast: Cast) -> None:
    case = approved(cast)
    row = ask_ahead(case.ref, by=cast.anna)
    decline_advance(row.ref, by=cast.anna)
    assert Supplement.objects.get().state == "dropped"
    with pytest.raises(NoSuchMove):
        ask_ahead(case.ref, by=cast.anna)
    with pytest.raises(NotYourMove):
        ask_ahead(case.ref, by=cast.bolt)


# ── bundles ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("positions", "lost"), [((1,), 10000), ((1, 2), 0), ((3,), 0)])
def test_a_part_return_of_a_bundle_is_told_what_it_forfeits(cast: Cast, positions: tuple[int, ...], lost: int) -> None:
    kit = {"kind": "discount", "name": {"zh": "套机", "en": "kit"}, "min_spend_minor": 150000, "saved_minor": 30000, "lines": [1, 2]}
    prices, discounts = (100000, 50000, 900000), (20000, 10000)
    order = an_order(cast.bolts, cast.annas, quantities=(1, 1, 1), prices=prices, discounts=discounts, promotions=[kit])
    lines = [LineClaim(at, 1, answered(order, at, 1, "no_reason", {})) for at in positions]
    considered = consider(order, lines, "no_reason", at=clock.now())
    broken = [p for line in considered.lines for p in line.facts.promotions if p.kept_minor < p.min_spend_minor]
    assert sum(p.saved_minor - p.share_minor for p in broken) == lost
    paid = sum(prices[at - 1] - (*discounts, 0)[at - 1] for at in positions)
    shown = {settlement.minor for answer in considered.answers(Remedy.RETURN_REFUND) for settlement in answer.settlements}
    assert shown == ({paid, paid - lost} if lost else set())


# ── what must not be lost on the way ─────────────────────────────────────────────────────────────────────────────────────────


def paid(case: Case) -> None:
    asked_for = Supplement.objects.get(case_id=case.pk, state="asked")
    take_capture("house", {"key": asked_for.ref, "amount": asked_for.amount_minor, "currency": "CNY", "payment_ref": asked_for.ref})


def ahead_and_here(cast: Cast, tier: str = "gold") -> tuple[Case, Replacement]:
    """The new lamp is with Anna, the old one too."""
    case = approved(cast, tier)
    ask_ahead(case.ref, by=cast.anna)
    if not tier:
        paid(case)
        run_only("exchange_paid")
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    return case, piece


def test_a_paid_difference_goes_back_with_the_exchange_that_came_to_nothing(cast: Cast) -> None:
    case = accepted(cast, bought(cast), wanted=a_lamp(cast, "大号", "L", 12900).ref)
    verbs.reserve(piece_of(case).ref, by=cast.bolt)
    paid(case)
    withdraw(case.ref, by=cast.anna)
    assert list(Refund.objects.values_list("amount_minor", "stage")) == [(3000, "intended")]
    assert wrong() == {}


def test_of_two_differences_the_one_of_the_piece_that_fell_back_returns(cast: Cast) -> None:
    case = accepted(cast, bought(cast, quantity=2), wanted=a_lamp(cast, "大号", "L", 12900).ref, quantity=2)
    one, two = Replacement.objects.filter(case=case).order_by("pk")
    for piece in (one, two):
        verbs.reserve(piece.ref, by=cast.bolt)
    paid(case)
    run_only("exchange_paid")
    paid(case)
    verbs.carrier_says(verbs.ship(one.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt).ref, "deliver")
    verbs.confirm(one.ref, by=cast.anna)
    verbs.run_out(two.ref, by=cast.bolt)
    verbs.fall_back(two.ref, by=cast.anna)
    run_only("begin_refund")
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [3000, 9900]
    assert wrong() == {}


def test_both_are_kept_only_once_the_new_one_is_there(cast: Cast) -> None:
    case = approved(cast, "gold")
    row = ask_ahead(case.ref, by=cast.anna)
    with pytest.raises(NoSuchMove, match="has come"):
        keep_both(row.ref, by=cast.anna)
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    parcel = parcel_of(case).ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    with pytest.raises(NoSuchMove, match="way back"):
        keep_both(row.ref, by=cast.anna)


def test_who_never_sends_the_old_one_back_is_called_and_charged(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case, _ = ahead_and_here(cast, "")
    give_address(parcel_of(case).ref, by=cast.bolt)
    run_only()
    for stage in ("overdue", "charged"):
        due = Deadline.objects.get(life="advance", ended_at__isnull=True)
        stepped_clock.until(due.due_at)
        tick()
        assert Advance.objects.get().stage == stage
    assert (grants(case), parcel_of(case).stage) == ([("exchange", "done", 0)], "dropped")
    run_only("notices", "complete")
    assert not Refund.objects.exists()
    assert wrong() == {}


@pytest.mark.parametrize("finding", ["reject", "report_missing"])
def test_an_empty_box_frees_nobody_of_what_was_sent_ahead(cast: Cast, finding: str) -> None:
    case, _ = ahead_and_here(cast)
    parcel = parcel_of(case).ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel, "deliver")
    receive(parcel, by=cast.bolt)
    row = findings_of(case)[0]
    (reject if finding == "reject" else report_missing)(case.ref, inspection=row.pk, words="空盒", by=cast.bolt)
    accept_finding(case.ref, inspection=row.pk, by=cast.anna)
    assert Advance.objects.get().stage == "charged"
    assert Posting.objects.filter(what="advance_charged").count() == 1
    assert wrong() == {}


def test_a_piece_sent_ahead_that_is_lost_leaves_nothing_hanging(cast: Cast) -> None:
    case = approved(cast, "gold")
    ask_ahead(case.ref, by=cast.anna)
    piece = shipped(cast, case)
    withdraw(case.ref, by=cast.anna)
    assert parcel_of(case).stage == "addressing"
    later_than_a_trace(piece)
    verbs.carrier_says(piece.ref, "declare_lost")
    run_only("complete")
    assert (grants(case), Advance.objects.get().stage) == ([("exchange", "void", 0)], "dropped")
    assert wrong() == {}


def test_a_count_that_takes_the_kept_piece_lets_the_consumer_choose(cast: Cast) -> None:
    order = bought(cast)
    lamp = order.lines.get().product
    tell_level(lamp, "", 1)
    case = accepted(cast, order)
    tell_level(lamp, "", 0)
    jobs.drain()
    assert piece_of(case).stage == "choosing"
    assert wrong() == {}


def test_what_is_too_dear_to_be_asked_for_is_not_kept(cast: Cast) -> None:
    case = accepted(cast, bought(cast), wanted=a_lamp(cast, "金色", "gold", 99_000_000).ref)
    with pytest.raises(NoSuchMove, match="more than may be asked"):
        verbs.reserve(piece_of(case).ref, by=cast.bolt)
    verbs.run_out(piece_of(case).ref, by=cast.bolt)
    assert "gold" not in {one.product.variant_en for one in Offered.objects.all()}


@pytest.mark.parametrize("remedy", ["exchange", "resend"])
def test_money_for_the_wrong_piece_waits_until_that_piece_is_back(cast: Cast, remedy: str) -> None:
    case = accepted(cast, bought(cast)) if remedy == "exchange" else resent(cast, bought(cast))
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.report_wrong(piece.ref, words="这是小号", evidence=[a_photo(case, cast.anna)], by=cast.anna)
    verbs.fall_back(piece.ref, by=cast.anna)
    run_only("begin_return", "begin_refund")
    assert grants(case) == [(remedy, "void", 0), ("return_refund", "doing", 9900)]
    assert not Refund.objects.exists()
    parcel = ReturnShipment.objects.get(case=case, stage="addressing").ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel, "deliver")
    receive(parcel, by=cast.bolt)
    accept(case.ref, inspection=findings_of(case)[-1].pk if remedy == "resend" else newest(case), by=cast.bolt)
    assert list(Refund.objects.values_list("amount_minor", flat=True)) == [9900]


def newest(case: Case) -> int:
    return max(row.pk for row in findings_of(case))


def test_what_a_courier_told_before_the_piece_left_moves_nothing(cast: Cast) -> None:
    case = resent(cast, bought(cast))
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    piece = verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt)
    hear("SF", piece.waybill, [Told("delivered", clock.now() - timedelta(days=30), "", "", None, None, "old")])
    assert piece_of(case).stage == "in_transit"
    other = verbs.reserve(piece_of(resent(cast, bought(cast))).ref, by=cast.bolt)
    delivered = Shipment.objects.get(order_id=other.case.order_id).waybill
    with pytest.raises(Unprocessable, match="delivery"):
        verbs.ship(other.ref, carrier="SF", waybill=delivered, by=cast.bolt)


def test_a_security_is_not_asked_for_what_is_exchanged_already(cast: Cast) -> None:
    case = approved(cast)
    ask_ahead(case.ref, by=cast.anna)
    returned(cast, case)
    assert (Advance.objects.get().stage, Supplement.objects.get().state) == ("dropped", "dropped")
    assert piece_of(case).stage == "reserving"


def test_who_got_it_ahead_and_complains_of_it_is_not_let_off(cast: Cast) -> None:
    case = approved(cast, "gold")
    ask_ahead(case.ref, by=cast.anna)
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.report_wrong(piece.ref, words="这是小号", evidence=[a_photo(case, cast.anna)], by=cast.anna)
    verbs.fall_back(piece.ref, by=cast.anna)
    assert Advance.objects.get().stage == "charged"
    assert Posting.objects.filter(what="advance_charged").count() == 1
    assert grants(case) == [("exchange", "doing", 0)]
    run_only("notices")
    assert wrong() == {}


def test_a_second_exchange_is_of_what_the_first_one_brought(cast: Cast) -> None:
    order = bought(cast)
    large = a_lamp(cast, "大号", "L", 12900)
    case = accepted(cast, order, wanted=large.ref)
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    paid(case)
    verbs.carrier_says(verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt).ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    run_only("complete")
    again = resent(cast, order)
    second = piece_of(again)
    assert product_of(second) == large
    assert worth(second) == 12900


def test_what_was_paid_by_coupon_stays_with_the_piece_that_is_exchanged(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(1,), prices=(9900,), coupons=(900,))
    case = accepted(cast, order)
    assert grants(case) == [("exchange", "doing", 0)]
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    verbs.confirm(piece.ref, by=cast.anna)
    run_only("complete")
    again = resent(cast, order)
    verbs.run_out(piece_of(again).ref, by=cast.bolt)
    verbs.fall_back(piece_of(again).ref, by=cast.anna)
    assert grants(again) == [("resend", "void", 0), ("refund_only", "owed", 9900)]
    assert wrong() == {}


# ── what both cost ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("price", "charged"), [(12900, 9900), (7900, 9900), (None, 9900)])
def test_who_keeps_both_owes_the_old_piece_whatever_the_new_one_costs(cast: Cast, price: int | None, charged: int) -> None:
    cast.annas.tier = "gold"
    cast.annas.save(update_fields=["tier"])
    case = asked(cast, bought(cast), wanted=a_lamp(cast, "大号", "L", price).ref if price else "")
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    row = ask_ahead(case.ref, by=cast.anna)
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    if Supplement.objects.exists():
        paid(case)
    verbs.carrier_says(verbs.ship(piece.ref, carrier="SF", waybill=a_waybill(), by=cast.bolt).ref, "deliver")
    keep_both(row.ref, by=cast.anna)
    posted = Posting.objects.get(what="advance_charged")
    assert max(posted.lines.values_list("amount_minor", flat=True)) == charged


def test_a_security_that_cannot_be_asked_for_is_refused_and_not_offered(cast: Cast) -> None:
    case = approved(cast)
    dear = an_order(cast.bolts, cast.annas, quantities=(1,), prices=(99_000_000,))
    for refused, code in ((asked(cast, dear), "security_too_great"), (case, "asked_already")):
        if code == "asked_already":
            ask(case.ref, amount_minor=100, by=cast.bolt)
        else:
            approve(refused.ref, by=cast.bolt)
            jobs.drain()
        with pytest.raises(NoSuchMove) as no:
            ask_ahead(refused.ref, by=cast.anna)
        assert no.value.code == code
        assert not shown_of(fresh(refused), cast.anna)["may_ask_ahead"]
    assert not Advance.objects.exists()
