"""Sums beyond the order in an offer: within one's limits alone, above them signed by a second person, never by whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from amends.approvals import answering
from amends.approvals.models import Approval, Spending
from amends.approvals.queries import what_it_does
from amends.cases.models import Case
from amends.cases.verbs.answering import refuse, withdraw
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.people.rules import Actor, Role
from amends.talks.asking import accept, agree, propose, waiting_of
from amends.talks.models import Offer
from amends.talks.offering import accept_offer, agree_first, mediate, offer, retract
from amends.talks.queries import offers_of, previewed
from tests.cast import Cast, an_order, claims, person, settled, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, fresh, refunds_of

ALONE = 20_000
"""What a shop's person may give alone, and a case at most; in fen (packs/money)."""
Part = dict[str, Any]


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    made = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(made.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    return fresh(made)


@pytest.fixture
def bill(cast: Cast) -> Actor:
    return person("bill", Role.MERCHANT, merchant=cast.bolts)


def gives(case: Case, *minor: int, kind: str = "goodwill", **more: str) -> list[Part]:
    """Anna keeps the lamp for ten yuan back, and has these sums beyond the order."""
    units = list(case.claimed.values_list("unit_id", flat=True))
    return [{"remedy": "price_adjustment", "units": units, "amount_minor": 1000}, *(
        {"remedy": kind, "amount_minor": each} | more for each in minor
    )]  # fmt: skip


def asked(row: Offer | Approval) -> Approval:
    assert isinstance(row, Approval)
    return row


def test_within_the_limits_it_is_sent_alone_and_counts_once_it_is_taken(cast: Cast, case: Case) -> None:
    taken_back = propose(case.ref, parts=gives(case, ALONE), by=cast.bolt)
    retract(taken_back.ref, by=cast.bolt)
    made = propose(case.ref, parts=gives(case, ALONE), by=cast.bolt)
    assert isinstance(made, Offer) and not Spending.objects.exists()
    accept_offer(made.ref, by=cast.anna)
    [noted] = Spending.objects.all()
    assert (noted.user_id, noted.action, noted.amount_minor) == (cast.bolt.user_id, "goodwill", ALONE)
    assert offer_codes(case, gives(case, 1), cast.bolt) == "above_your_limit"


def offer_codes(case: Case, parts: list[Part], by: Actor) -> str:
    with pytest.raises((NotYourMove, Unprocessable)) as refusal:
        offer(case.ref, parts=parts, by=by)
    return refusal.value.code


@pytest.mark.parametrize("minor", [(ALONE + 1,), (ALONE, 1), (ALONE // 2 + 1, ALONE // 2)])
def test_no_limit_is_passed_in_slices_and_the_refusal_names_who_signs(cast: Cast, case: Case, minor: tuple[int, ...]) -> None:
    with pytest.raises(NotYourMove) as refusal:
        offer(case.ref, parts=gives(case, *minor), by=cast.bolt)
    assert (refusal.value.code, "a colleague of the shop" in refusal.value.text.into("en")) == ("above_your_limit", True)
    with pytest.raises(Unprocessable) as unsaid:
        propose(case.ref, parts=gives(case, *minor), by=cast.bolt)
    assert set(unsaid.value.fields) == {"why"}
    assert "colleague" in str(previewed(case, gives(case, *minor), cast.bolt).signed_by_another)
    assert not Offer.objects.exists() and not Approval.objects.exists()


@pytest.mark.parametrize(("currency", "alone", "unit"), [("USD", 2739, "USD"), ("JPY", 400, "JPY"), ("KWD", 8333, "KWD")])
def test_a_sum_of_another_currency_is_weighed_and_kept_in_its_own(cast: Cast, currency: str, alone: int, unit: str) -> None:
    case = claims(an_order(cast.bolts, cast.annas, currency=currency), by=cast.anna)
    made = offer(case.ref, parts=gives(case, alone), by=cast.bolt)
    assert (made.amount_minor, made.currency) == (1000 + alone, currency)
    row = asked(propose(case.ref, parts=gives(case, alone + 1), why="She waited for weeks.", by=cast.bolt))
    assert (row.amount_minor, row.unit) == (alone + 1, unit)


def test_kinds_are_weighed_together(cast: Cast, case: Case) -> None:
    parts = [*gives(case, ALONE), *gives(case, 1, kind="voucher")[1:]]
    row = asked(propose(case.ref, parts=parts, why="She waited for weeks.", by=cast.bolt))
    assert (row.amount_minor, row.unit) == (ALONE + 1, "CNY")


def test_a_second_person_signs_and_the_offer_is_the_askers(cast: Cast, case: Case, bill: Actor) -> None:
    row = asked(propose(case.ref, parts=gives(case, 30_000), words="Sorry.", why="She waited for weeks.", by=cast.bolt))
    assert ([one.ref for one in waiting_of(case, cast.bolt)], waiting_of(case, cast.anna)) == ([row.ref], [])
    assert (offers_of(case, cast.anna), "300.00" in what_it_does(row).into("en")) == ([], True)
    for wrong in (cast.bolt, person("rita", Role.MERCHANT, merchant=cast.rivals)):
        with pytest.raises((NotYourMove, NotFound)):
            answering.approve(row.ref, by=wrong)
    answering.approve(row.ref, by=bill)
    [view] = offers_of(fresh(case), cast.anna)
    assert (view.words, view.amount_minor, Offer.objects.get().user_id) == ("Sorry.", 31_000, cast.bolt.user_id)
    accept_offer(view.ref, by=cast.anna)
    settled()
    assert sorted(minor for _, minor in refunds_of(case)) == [1000, 30_000]
    assert list(Spending.objects.values_list("user_id", "amount_minor")) == [(bill.user_id, 30_000)]
    assert Approval.objects.get().outcome == view.ref


def test_turned_down_or_unanswered_nothing_is_sent(cast: Cast, case: Case, bill: Actor) -> None:
    row = asked(propose(case.ref, parts=gives(case, 30_000), why="She waited for weeks.", by=cast.bolt))
    answering.refuse(row.ref, by=bill, why="Too much.")
    assert not Offer.objects.exists() and waiting_of(case, cast.bolt) == []


def test_a_yes_to_a_consumers_wish_is_signed_too(cast: Cast, case: Case, bill: Actor) -> None:
    hers = offer(case.ref, parts=gives(case, 30_000), by=cast.anna)
    with pytest.raises(NotYourMove) as refusal:
        accept_offer(hers.ref, by=cast.bolt)
    assert refusal.value.code == "above_your_limit"
    [view] = offers_of(case, cast.bolt)
    assert view.signed_by_another is not None and offers_of(case, cast.anna)[0].signed_by_another is None
    row = asked(accept(hers.ref, why="She is right.", by=cast.bolt))
    with pytest.raises(Conflict):
        accept(hers.ref, why="She is right.", by=bill)
    assert Offer.objects.get().stage == "to_merchant"
    answering.approve(row.ref, by=bill)
    settled()
    assert (Offer.objects.get().stage, sorted(minor for _, minor in refunds_of(case))) == ("accepted", [1000, 30_000])
    assert list(Spending.objects.values_list("user_id", "amount_minor")) == [(bill.user_id, 30_000)]


def test_a_small_yes_counts_on_whoever_said_it(cast: Cast, case: Case) -> None:
    hers = offer(case.ref, parts=gives(case, 500), by=cast.anna)
    accept(hers.ref, by=cast.bolt)
    assert list(Spending.objects.values_list("user_id", "amount_minor")) == [(cast.bolt.user_id, 500)]


def test_the_platforms_sum_is_signed_by_a_supervisor(cast: Cast, case: Case) -> None:
    sue = person("sue", Role.SUPERVISOR)
    parts = gives(case, 6000, borne_by="platform")
    with pytest.raises(NotYourMove) as refusal:
        mediate(case.ref, parts=parts, by=cast.agent)
    assert "a supervisor or an administrator" in refusal.value.text.into("en")
    with pytest.raises(NotYourMove) as barred:
        mediate(case.ref, parts=parts, by=cast.judge)
    assert barred.value.code == "not_to_ask"
    row = asked(propose(case.ref, parts=parts, why="Both were badly served.", by=cast.agent))
    answering.approve(row.ref, by=sue)
    made = Offer.objects.get()
    agree_first(made.ref, by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    assert list(Spending.objects.values_list("user_id", "amount_minor")) == [(sue.user_id, 6000)]


def test_the_shops_share_of_a_proposal_is_signed_by_the_shop(cast: Cast, case: Case, bill: Actor) -> None:
    made = mediate(case.ref, parts=gives(case, 30_000), by=cast.agent)
    row = asked(agree(made.ref, why="It ends the matter.", by=cast.bolt))
    agree_first(made.ref, by=cast.anna)
    answering.approve(row.ref, by=bill)
    assert (Offer.objects.get().stage, fresh(case).stage) == ("accepted", "executing")


def test_a_settlement_ends_what_waits_for_a_signature(cast: Cast, case: Case, bill: Actor) -> None:
    row = asked(propose(case.ref, parts=gives(case, 30_000), why="She waited for weeks.", by=cast.bolt))
    small = offer(case.ref, parts=gives(case, 100), by=cast.bolt)
    accept_offer(small.ref, by=cast.anna)
    assert Approval.objects.get(pk=row.pk).state == "void"


def test_a_claim_that_is_taken_back_ends_what_waits_for_a_signature(cast: Cast, case: Case) -> None:
    row = asked(propose(case.ref, parts=gives(case, 30_000), why="She waited for weeks.", by=cast.bolt))
    withdraw(case.ref, by=cast.anna)
    assert Approval.objects.get(pk=row.pk).state == "void"


def test_a_counter_waits_and_leaves_the_offer_open(cast: Cast, case: Case, bill: Actor) -> None:
    hers = offer(case.ref, parts=gives(case, 50_000), by=cast.anna)
    row = asked(propose(answers=hers.ref, parts=gives(case, 30_000), why="She waited for weeks.", by=cast.bolt))
    assert Offer.objects.get().stage == "to_merchant"
    answering.approve(row.ref, by=bill)
    assert list(Offer.objects.order_by("pk").values_list("stage", "answers_id")) == [("countered", None), ("to_consumer", hers.pk)]
    late = asked(propose(case.ref, parts=gives(case, 30_000), why="Another way.", by=cast.bolt))
    accept_offer(Offer.objects.get(stage="to_consumer").ref, by=cast.anna)
    assert Approval.objects.get(pk=late.pk).state == "void"


def test_an_offer_in_a_currency_that_no_rule_weighs_is_read_and_taken_by_nobody(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, currency="SEK"), by=cast.anna)
    made = offer(case.ref, parts=gives(case, 500), by=cast.anna)
    [view] = offers_of(fresh(case), cast.bolt)
    assert "SEK" in str(view.signed_by_another)
    with pytest.raises(Unprocessable) as refusal:
        accept(made.ref, by=cast.bolt)
    assert refusal.value.code == "unit_without_weight"
