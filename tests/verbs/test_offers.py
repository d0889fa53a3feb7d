"""Offers in rounds: who may make and take them, what they can't be below, and what a settlement does to goods and money under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from amends.cases.models import Case, Entry, Grant
from amends.cases.verbs.answering import approve, call_platform, refuse, withdraw
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer as Give
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.policy.queries import Terms
from amends.refunds.models import Refund
from amends.refunds.reversing import take_reversed
from amends.returns.verbs import accept as accept_finding
from amends.returns.verbs import carrier_says, contest, receive, reduce
from amends.rulings.models import Review
from amends.rulings.queries import undecided_units
from amends.talks.models import Offer
from amends.talks.offering import accept_offer, agree_first, counter, decline, may_settle, mediate, offer, retract
from amends.talks.queries import composing, offers_of, previewed
from amends.talks.rules import MOST_OPEN, MOST_ROUNDS
from tests.cast import Cast, an_order, claims, later_by, person, settled, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, findings_of, fresh, grants_of, parcel_of, received, refunds_of, sent_back, worn

PRICE = 9900
Part = dict[str, Any]


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def a_case(cast: Cast, **told: Any) -> Case:
    return claims(an_order(cast.bolts, cast.annas, **told), by=cast.anna)


def refused(cast: Cast) -> Case:
    case = a_case(cast)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    return fresh(case)


def units(case: Case) -> list[int]:
    return list(case.claimed.order_by("unit_id").values_list("unit_id", flat=True))


def keeps(case: Case, minor: int) -> list[Part]:
    """Anna keeps the lamp and has some of its price back."""
    return [{"remedy": "price_adjustment", "units": units(case), "amount_minor": minor}]


def refund(case: Case, minor: int | None = None) -> list[Part]:
    named = {} if minor is None else {"amount_minor": minor}
    return [{"remedy": "return_refund", "units": units(case)} | named]


# ── what can be offered ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_less_than_the_law_gives_in_that_remedy_is_refused_whoever_offers_it(cast: Cast) -> None:
    case = a_case(cast)
    for by in (cast.bolt, cast.anna):
        for parts in (refund(case, PRICE - 1), [{"remedy": "none", "units": units(case)}]):
            with pytest.raises(Unprocessable) as refusal:
                offer(case.ref, parts=parts, by=by)
            assert refusal.value.code == "below_the_law"
    with pytest.raises(Unprocessable) as refusal:
        mediate(case.ref, parts=refund(case, 1), by=cast.agent)
    assert refusal.value.code == "below_the_law"
    assert not Offer.objects.exists()


def test_another_road_is_offered_freely_and_the_law_stands_beside_it(cast: Cast) -> None:
    case = a_case(cast)
    offer(case.ref, parts=keeps(case, 3000), words="Keep it for less.", by=cast.bolt)
    [view] = offers_of(fresh(case), cast.anna)
    assert (view.amount_minor, view.least_minor, view.words) == (3000, 0, "Keep it for less.")
    assert {verb for verb, _ in view.choices} == {"accept_offer", "decline", "counter"}
    assert ("return_refund", PRICE) in [(remedy, minor) for remedy, _, minor in composing(fresh(case), cast.anna).law]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([{"remedy": "goodwill", "amount_minor": 100}], "unit_left_out"),
        ([{"remedy": "refund_only", "units": [10**9]}], "foreign_unit"),
        ([{"remedy": "price_adjustment", "units": "all", "amount_minor": PRICE + 1}], "more_than_left"),
        ([{"remedy": "refund_only", "units": "all", "amount_minor": PRICE + 1}], "more_than_left"),
        ([{"remedy": "repair", "units": "all"}, {"remedy": "extra", "line": 1, "part": "freight", "amount_minor": 1}], "more_than_left"),
        ([{"remedy": "repair", "units": "all"}, {"remedy": "extra", "line": 9, "part": "freight", "amount_minor": 1}], "foreign_line"),
        ([{"remedy": "repair", "units": "all"}, {"remedy": "points", "amount_minor": 10}], "platforms_to_give"),
    ],
)
def test_what_cannot_be_given_is_refused_at_the_parts(cast: Cast, parts: list[Part], code: str) -> None:
    case = a_case(cast)
    told = [part | ({"units": units(case)} if part.get("units") == "all" else {}) for part in parts]
    with pytest.raises(Unprocessable) as refusal:
        offer(case.ref, parts=told, by=cast.bolt)
    assert (refusal.value.code, set(refusal.value.fields)) == (code, {"parts"})


def test_nobody_spends_the_platforms_money_but_its_own_people(cast: Cast) -> None:
    case = a_case(cast)
    told = [*refund(case), {"remedy": "goodwill", "amount_minor": 500, "borne_by": "platform"}]
    for by in (cast.anna, cast.bolt):
        with pytest.raises(NotYourMove) as refusal:
            offer(case.ref, parts=told, by=by)
        assert refusal.value.code == "platforms_money"
    assert mediate(case.ref, parts=told, by=cast.agent).amount_minor == PRICE + 500


def test_a_person_offers_no_more_of_the_shops_money_than_they_may_give_alone(cast: Cast) -> None:
    case = a_case(cast)
    with pytest.raises(NotYourMove) as refusal:
        mediate(case.ref, parts=[*refund(case), {"remedy": "goodwill", "amount_minor": 10**7, "borne_by": "platform"}], by=cast.agent)
    assert refusal.value.code == "above_your_limit"


def test_a_preview_says_the_sum_or_why_not_and_keeps_nothing(cast: Cast) -> None:
    case = a_case(cast, freight=600)
    good = previewed(case, [*keeps(case, 2000), {"remedy": "extra", "line": 1, "part": "freight", "amount_minor": 600}], cast.bolt)
    assert (good.amount_minor, [part.freight_minor for part in good.parts]) == (2600, [0, 600])
    assert previewed(case, keeps(case, PRICE * 2), cast.bolt).code == "more_than_left"
    assert not Offer.objects.exists()


# ── whose turn it is ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_other_side_takes_an_offer_and_only_its_maker_takes_it_back(cast: Cast) -> None:
    case = refused(cast)
    made = offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    with pytest.raises(NotYourMove):
        accept_offer(made.ref, by=cast.bolt)
    with pytest.raises(NotYourMove):
        retract(made.ref, by=cast.anna)
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            accept_offer(made.ref, by=stranger)
    retract(made.ref, by=cast.bolt)
    with pytest.raises(NoSuchMove):
        accept_offer(made.ref, by=cast.anna)


def test_several_stand_side_by_side_and_the_first_accepted_ends_the_rest(cast: Cast) -> None:
    case = refused(cast)
    first = offer(case.ref, parts=keeps(case, 2000), by=cast.bolt)
    other = offer(case.ref, parts=[{"remedy": "exchange", "units": units(case)}], by=cast.bolt)
    hers = offer(case.ref, parts=keeps(case, 5000), by=cast.anna)
    accept_offer(first.ref, by=cast.anna)
    assert [Offer.objects.get(pk=one.pk).stage for one in (first, other, hers)] == ["accepted", "dropped", "dropped"]
    assert fresh(case).stage == "executing"


def test_the_platforms_proposal_takes_both(cast: Cast) -> None:
    case = refused(cast)
    proposal = mediate(case.ref, parts=keeps(case, 4000), by=cast.agent)
    with pytest.raises(NoSuchMove):
        accept_offer(proposal.ref, by=cast.anna)
    agree_first(proposal.ref, by=cast.anna)
    with pytest.raises(NotYourMove):
        accept_offer(proposal.ref, by=cast.anna)
    accept_offer(proposal.ref, by=cast.bolt)
    settled()
    assert (fresh(case).stage, refunds_of(case)) == ("closed", [("paid", 4000)])
    assert Offer.objects.get(pk=proposal.pk).agreed == ["consumer", "merchant"]


def test_an_offer_expires_by_the_clock_and_the_claim_goes_on(cast: Cast, stepped_clock: Stepped) -> None:
    case = refused(cast)
    made = offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    later_by(stepped_clock, timedelta(hours=48, minutes=1))
    assert (Offer.objects.get(pk=made.pk).stage, fresh(case).stage) == ("expired", "refused")


def test_a_side_has_so_many_open_and_so_many_in_all_as_the_policy_says(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = refused(cast)
    assert (case.terms.count(MOST_OPEN), case.terms.count(MOST_ROUNDS)) == (5, 20)
    stamped = Terms.count
    monkeypatch.setattr(Terms, "count", lambda terms, name: {MOST_OPEN: 2, MOST_ROUNDS: 4}.get(name) or stamped(terms, name))
    made = [offer(case.ref, parts=keeps(case, 100 + n), by=cast.bolt) for n in range(2)]
    with pytest.raises(NoSuchMove) as refusal:
        offer(case.ref, parts=keeps(case, 1), by=cast.bolt)
    assert (refusal.value.code, "2" in refusal.value.text.into("en")) == ("too_many_offers", True)
    assert offer(case.ref, parts=keeps(case, 1), by=cast.anna).round == 1
    for n in range(2):
        retract(made.pop().ref, by=cast.bolt)
        made.append(offer(case.ref, parts=keeps(case, 200 + n), by=cast.bolt))
    decline(made[0].ref, words="No.", by=cast.anna)
    with pytest.raises(NoSuchMove) as refusal:
        offer(case.ref, parts=keeps(case, 1), by=cast.bolt)
    assert refusal.value.code == "too_many_rounds"


def test_nothing_is_settled_where_the_table_has_no_settlement(cast: Cast) -> None:
    case = a_case(cast)
    withdraw(case.ref, by=cast.anna)
    with pytest.raises(NoSuchMove) as refusal:
        offer(case.ref, parts=keeps(case, 100), by=cast.bolt)
    assert refusal.value.code == "not_settleable"


def test_open_offers_end_with_their_case(cast: Cast) -> None:
    case = a_case(cast)
    made = offer(case.ref, parts=keeps(case, 100), by=cast.bolt)
    withdraw(case.ref, by=cast.anna)
    assert Offer.objects.get(pk=made.pk).stage == "dropped"


def test_readers_make_no_offers(cast: Cast) -> None:
    case = a_case(cast)
    analyst = person("nora", Role.ANALYST)
    with pytest.raises(NotYourMove):
        mediate(case.ref, parts=refund(case), by=analyst)


# ── what a settlement does ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_settlement_in_review_needs_no_arbiter(cast: Cast) -> None:
    case = refused(cast)
    call_platform(case.ref, by=cast.anna)
    made = offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    answer = counter(made.ref, parts=keeps(case, 5000), words="A little more.", by=cast.anna)
    accept_offer(answer.ref, by=cast.bolt)
    settled()
    assert Review.objects.get(case_id=case.pk).stage == "dropped"
    assert (fresh(case).stage, fresh(case).ended_by, refunds_of(case)) == ("closed", "complete", [("paid", 5000)])
    assert Offer.objects.get(pk=made.pk).stage == "countered"


def test_what_was_owed_before_gives_way(cast: Cast) -> None:
    case = a_case(cast)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    made = offer(case.ref, parts=keeps(case, 2500), by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    settled()
    assert (grants_of(case), parcel_of(case).stage) == (["void", "done"], "dropped")
    assert (fresh(case).stage, refunds_of(case)) == ("closed", [("paid", 2500)])


def test_goods_under_way_that_are_not_wanted_any_more_arrive_and_go_home(cast: Cast) -> None:
    case = sent_back(cast)
    made = offer(case.ref, parts=keeps(case, 2500), by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    settled()
    back = parcel_of(case)
    assert (back.stage, fresh(case).stage) == ("in_transit", "executing")
    carrier_says(back.ref, "deliver")
    receive(back.ref, by=cast.bolt)
    settled()
    assert parcel_of(case, "home").stage == "sending_home"
    assert refunds_of(case) == [("paid", 2500)]


def test_goods_under_way_go_over_to_what_wants_them_still(cast: Cast) -> None:
    case = sent_back(cast)
    made = offer(case.ref, parts=[{"remedy": "exchange", "units": units(case)}], by=cast.anna)
    accept_offer(made.ref, by=cast.bolt)
    settled()
    back = parcel_of(case)
    assert back.contents.get().grant.remedy == "exchange"
    carrier_says(back.ref, "deliver")
    receive(back.ref, by=cast.bolt)
    [finding] = findings_of(case)
    assert (finding.stage, finding.grant.remedy, finding.grant.stage) == ("awaiting", "exchange", "doing")


def test_goods_under_way_are_not_asked_for_again_by_a_second_settlement(cast: Cast) -> None:
    case = sent_back(cast)
    accept_offer(offer(case.ref, parts=keeps(case, 2500), by=cast.bolt).ref, by=cast.anna)
    accept_offer(offer(case.ref, parts=refund(case), by=cast.bolt).ref, by=cast.anna)
    settled()
    back = parcel_of(case)
    assert (back.stage, back.contents.get().grant.stage) == ("in_transit", "doing")
    carrier_says(back.ref, "deliver")
    receive(back.ref, by=cast.bolt)
    [finding] = findings_of(case)
    accept_finding(case.ref, inspection=finding.pk, by=cast.bolt)
    settled()
    assert (fresh(case).stage, refunds_of(case)[-1]) == ("closed", ("paid", PRICE))


def test_a_contested_finding_is_settled_for_a_sum(cast: Cast) -> None:
    case = received(cast)
    [finding] = findings_of(case)
    reduce(case.ref, inspection=finding.pk, reduced_minor=6000, words="Scratched.", by=cast.bolt, **worn(case, cast.bolt))
    contest(case.ref, inspection=finding.pk, words="It was so.", by=cast.anna)
    assert fresh(case).stage == "in_review"
    made = offer(case.ref, parts=[{"remedy": "refund_only", "units": units(case), "amount_minor": 7000}], by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    settled()
    assert findings_of(case)[0].stage == "dropped"
    assert refunds_of(case)[-1] == ("paid", 7000)
    assert Review.objects.get(case_id=case.pk).stage == "dropped"


def test_what_was_paid_cannot_be_settled_again(cast: Cast) -> None:
    case = a_case(cast)
    made = offer(case.ref, parts=keeps(case, 2000), by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    jobs.drain()
    late = fresh(case)
    if not late.is_over:
        with pytest.raises(Unprocessable) as refusal:
            offer(case.ref, parts=keeps(case, 100), by=cast.bolt)
        assert refusal.value.code == "unit_locked"
    assert sum(grant.amount_minor for grant in Grant.objects.filter(case_id=case.pk, stage="done")) == 2000


def test_what_stays_with_the_case_before_is_not_settled_in_the_one_that_pays_it_anew(cast: Cast) -> None:
    paid = claims(an_order(cast.bolts, cast.annas, shipped=False), by=cast.anna, remedy="refund_only")
    approve(paid.ref, by=cast.bolt)
    settled()
    assert fresh(paid).is_over
    take_reversed(Refund.objects.get(case=paid).ref, reason="returned_by_bank")
    linked = Case.objects.get(follows=paid)
    assert (may_settle(linked), undecided_units(linked)) == (True, [])
    with pytest.raises(Unprocessable) as refusal:
        offer(linked.ref, parts=[{"remedy": "refund_only", "units": units(linked)}], by=cast.bolt)
    assert refusal.value.code == "unit_locked"
    made = offer(linked.ref, parts=[{"remedy": "voucher", "amount_minor": 500}], by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    settled()
    assert refunds_of(linked) == [("paid", PRICE)]
    assert fresh(linked).is_over


def test_an_offer_that_can_no_longer_be_kept_says_so(cast: Cast) -> None:
    case = refused(cast)
    made = offer(case.ref, parts=keeps(case, PRICE), by=cast.bolt)
    compensate(case.ref, Give("price_adjustment", 500, line=1), by=cast.bolt)
    with pytest.raises(Conflict) as refusal:
        accept_offer(made.ref, by=cast.anna)
    assert refusal.value.code == "offer_outdated"
    assert Offer.objects.get(pk=made.pk).stage == "to_consumer"


def test_the_timeline_tells_it_in_order_by_one_act(cast: Cast) -> None:
    case = refused(cast)
    made = offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    told = list(Entry.objects.filter(case_id=case.pk).order_by("number").values_list("life", "verb", "act"))
    acts = {act for life, verb, act in told if (life, verb) in (("offer", "accept_offer"), ("case", "settle"), ("grant", "grant"))}
    assert [verb for life, verb, _ in told if life in ("offer", "case")][-3:] == ["offer", "accept_offer", "settle"]
    assert len(acts) == 1


def test_a_refusal_leaves_nothing(cast: Cast) -> None:
    case = refused(cast)
    before = Entry.objects.count()
    with pytest.raises(Refusal):
        offer(case.ref, parts=keeps(case, PRICE * 2), words="Too much.", by=cast.bolt)
    assert (Entry.objects.count(), Offer.objects.count()) == (before, 0)
