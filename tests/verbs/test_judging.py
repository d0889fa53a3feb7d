"""A review is judged by somebody fit for it, never by who took part; proofs and tests are asked for; it gives a mix with shares."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from amends.cases.models import Case, Deadline, Entry, Grant
from amends.cases.rules.mix import Part
from amends.cases.verbs.answering import call_platform, let_stand, refuse
from amends.cases.verbs.uploading import upload
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.models import Posting
from amends.liability.books import cost_of
from amends.liability.models import ChargeBackTo
from amends.liability.verbs.charging import admit_liability
from amends.market.models import Order
from amends.market.prices import mark_prices
from amends.market.rules.price_rows import PriceSpec
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.plumbing import jobs
from amends.returns.verbs import contest, reduce
from amends.rulings import verbs
from amends.rulings.assigning import fits, why_not
from amends.rulings.bearing import ask_bearers
from amends.rulings.mixing_of import cost_of_ruling, outcome_of
from amends.rulings.models import ProofRequest, Review, TestOrder
from amends.rulings.rules.assigning import REFUSED, Bar
from amends.talks.conversation import say as say_words
from tests.cast import Cast, an_order, claims, later_by, person, the_cast
from tests.files_of_evidence import picture
from tests.verbs.returns_at_hand import PaysAtOnce, findings_of, fresh, grants_of, received, refunds_of, worn

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
REASONS = "照片和重量都看过，损坏发生在途中。"
CLAIM = "CN-QUAL-01"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


@pytest.fixture
def head(cast: Cast) -> Actor:
    """A supervisor, who keeps the record of arbiters."""
    return person("head", Role.SUPERVISOR)


def called(cast: Cast, **options: Any) -> Case:
    case = claims(an_order(cast.bolts, cast.annas, **options), by=cast.anna, quantity=options.get("quantities", (1,))[0])
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    return fresh(case)


def review_of(case: Case) -> Review:
    return Review.objects.filter(case_id=case.pk).latest("pk")


def deciding(cast: Cast, **options: Any) -> tuple[Case, Review]:
    case = called(cast, **options)
    ref = review_of(case).ref
    verbs.close_round(ref, by=cast.judge)
    verbs.close_replies(ref, by=cast.judge)
    return fresh(case), review_of(case)


def units_of(case: Case) -> list[int]:
    return sorted(case.claimed.values_list("unit_id", flat=True))


def limit_of(case: Case) -> Deadline:
    """The review's own limit."""
    return Deadline.objects.get(case_id=case.pk, life="review", ended_at__isnull=True)


def lates(case: Case) -> list[bool]:
    """Of each submission whether it came late."""
    rows = Entry.objects.filter(case_id=case.pk, life="review", verb="submit").order_by("number")
    return [facts["late"] for facts in rows.values_list("facts", flat=True)]


# ── who judges ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_fits_best_is_asked_when_the_review_opens(cast: Cast, head: Actor) -> None:
    lamps, food = person("lamps", Role.ARBITER), person("food", Role.ARBITER)
    verbs.keep_arbiter("lamps@example.com", skills=["general"], languages=["en"], by=head)
    verbs.keep_arbiter("food@example.com", skills=["fresh"], by=head)
    case = called(cast)
    review = review_of(case)
    assert (review.arbiter_id, review.skill, review.language) == (lamps.user_id, "general", "en")
    assert [fit.candidate.user_id for fit in fits(case, review)] == [lamps.user_id, food.user_id]
    with pytest.raises(NotYourMove) as refused:
        verbs.close_round(review.ref, by=cast.judge)
    assert refused.value.code == "not_assigned"


@pytest.mark.parametrize("bar", ["related", "away", "party"])
def test_the_barred_are_passed_over_and_refused(cast: Cast, head: Actor, bar: str, stepped_clock: Stepped) -> None:
    lamps = person("lamps", Role.ARBITER)
    verbs.keep_arbiter("lamps@example.com", skills=["general"], by=head)
    if bar == "related":
        verbs.declare_relation(cast.bolts.ref, why="her brother's shop", by=lamps)
    elif bar == "away":
        verbs.be_away(until=stepped_clock.at + 30 * DAY, by=lamps)
    else:
        Membership.objects.create(user_id=lamps.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    case = called(cast)
    assert review_of(case).arbiter_id is None
    if bar != "away":
        with pytest.raises(NotYourMove) as refused:
            verbs.close_round(review_of(case).ref, by=lamps)
        assert refused.value.code == ("conflict_of_interest" if bar == "party" else bar)
        with pytest.raises(Unprocessable) as barred:
            ref = review_of(case).ref
            verbs.close_round(ref, by=cast.judge)
            verbs.close_replies(ref, by=cast.judge)
            verbs.reassign(ref, to="lamps@example.com", by=cast.agent)
        assert barred.value.code == "barred_arbiter"


def test_who_worked_on_the_case_does_not_judge_it(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    call_platform(case.ref, words="a hazard", by=cast.agent)
    Membership.objects.create(user_id=cast.agent.user_id, role=Role.ARBITER.value)
    arbiter = Actor(Party.ARBITER, cast.agent.user_id, roles=frozenset({Role.ARBITER}))
    with pytest.raises(NotYourMove) as refused:
        verbs.close_round(review_of(case).ref, by=arbiter)
    assert refused.value.code == "worked_on"
    assert why_not(fresh(case), cast.agent.user_id) is not None and why_not(fresh(case), cast.judge.user_id) is None


def test_who_wrote_to_the_sides_as_their_judge_judges_them_still(cast: Cast) -> None:
    case = called(cast)
    review = review_of(case)
    verbs.take_review(review.ref, by=cast.judge)
    say_words(case.ref, words="Which of the two boxes was it in?", by=cast.judge)
    assert why_not(fresh(case), cast.judge.user_id, review=review) is None
    verbs.close_round(review.ref, by=cast.judge)
    verbs.close_replies(review.ref, by=cast.judge)
    verbs.rule(review.ref, outcome="for", liable="merchant", clause=CLAIM, words=REASONS, by=cast.judge)
    assert why_not(fresh(case), cast.judge.user_id) == REFUSED[Bar.TOOK_PART], "another look is another's"
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def test_a_silent_arbiter_is_replaced_by_another(cast: Cast, head: Actor, stepped_clock: Stepped) -> None:
    for name in ("first", "second"):
        person(name, Role.ARBITER)
        verbs.keep_arbiter(f"{name}@example.com", skills=["general"], by=head)
    case = called(cast)
    before = review_of(case).arbiter_id
    later_by(stepped_clock, 7 * DAY)
    review = review_of(case)
    assert review.stage == "reassigned" and review.arbiter_id not in (None, before)


def test_nobody_else_keeps_the_record(cast: Cast, head: Actor) -> None:
    for stranger in (cast.agent, cast.judge, cast.bolt, cast.anna):
        with pytest.raises(NotFound):
            verbs.keep_arbiter("judge@example.com", by=stranger)
    with pytest.raises(NotFound):
        verbs.keep_arbiter("bolt@example.com", by=head)
    for wrong in ({"rank": 0}, {"load_most": 0}, {"languages": ["la"]}, {"skills": ["x"] * 1 + [f"s{n}" for n in range(60)]}):
        with pytest.raises(Unprocessable):
            verbs.keep_arbiter("judge@example.com", **wrong, by=head)  # type: ignore[arg-type]
    row = verbs.declare_relation(cast.bolts.ref, why="a cousin", by=cast.judge)
    with pytest.raises(NotFound):
        verbs.end_relation(row.pk, by=cast.judge)
    assert verbs.end_relation(row.pk, by=head).ended_at is not None


def test_a_review_is_taken_once(cast: Cast) -> None:
    ref, other = review_of(called(cast)).ref, person("other", Role.ARBITER)
    assert verbs.take_review(ref, by=cast.judge).arbiter_id == cast.judge.user_id
    with pytest.raises(Exception, match="somebody's already"):
        verbs.take_review(ref, by=other)
    with pytest.raises(NotYourMove):
        verbs.take_review(ref, by=cast.agent)


# ── what is to be proven ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_issue_names_who_proves_it(cast: Cast) -> None:
    review = review_of(called(cast))
    assert [(one["key"], one["by"]) for one in review.issues] == [("matter", "consumer"), ("refusal", "merchant")]
    case = received(cast)
    reduce(case.ref, inspection=findings_of(case)[0].pk, reduced_minor=3000, words="scratched", **worn(case, cast.bolt), by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    assert [(one["key"], one["by"]) for one in review_of(case).issues] == [("condition", "merchant")]


def test_one_side_is_asked_for_a_proof_and_gives_it_late_or_not_at_all(cast: Cast, stepped_clock: Stepped) -> None:
    case = called(cast)
    ref = review_of(case).ref
    wanted = verbs.request_proof(ref, party="merchant", words="The weighing slip", issue="refusal", by=cast.judge)
    other = verbs.request_proof(ref, party="consumer", words="A photo of the seal", by=cast.judge)
    assert wanted.due_at > stepped_clock.at and review_of(case).arbiter_id == cast.judge.user_id
    with pytest.raises(NotYourMove):
        verbs.submit(ref, words="not mine to give", request=wanted.ref, by=cast.anna)
    later_by(stepped_clock, 4 * DAY)
    verbs.submit(ref, words="1.2 kg", request=wanted.ref, by=cast.bolt)
    with pytest.raises(NoSuchMove):
        verbs.submit(ref, words="once more", request=wanted.ref, by=cast.bolt)
    later_by(stepped_clock, 2 * DAY)
    assert sorted(ProofRequest.objects.values_list("ref", "state")) == sorted([(wanted.ref, "given"), (other.ref, "not_given")])
    with pytest.raises(NoSuchMove):
        verbs.request_proof(ref, party="consumer", words="too late", by=cast.judge)


def test_a_round_is_over_to_the_second_although_the_clock_is_late(cast: Cast, stepped_clock: Stepped) -> None:
    case = called(cast)
    ref = review_of(case).ref
    stepped_clock.until(limit_of(case).due_at - SECOND)
    verbs.submit(ref, words="in time", by=cast.anna)
    stepped_clock.until(limit_of(case).due_at)
    with pytest.raises(NoSuchMove) as closed:
        verbs.request_proof(ref, party="consumer", words="a photo", by=cast.judge)
    assert closed.value.code == "no_round_open"
    verbs.submit(ref, words="a second too late", by=cast.anna)
    assert lates(case) == [False, True] and review_of(case).stage == "gathering"
    later_by(stepped_clock, SECOND)
    stepped_clock.until(limit_of(case).due_at)
    with pytest.raises(NoSuchMove) as over:
        verbs.submit(ref, words="after the replies", by=cast.bolt)
    assert over.value.code == "no_round_open" and review_of(case).stage == "replying"


def test_a_file_sent_among_messages_after_the_round_is_late_too(cast: Cast) -> None:
    case = called(cast)
    for end in (None, verbs.close_round, verbs.close_replies):
        if end is not None:
            end(review_of(case).ref, by=cast.judge)
        piece = upload(case.order.ref, name="photo.png", stream=BytesIO(picture()), by=cast.anna)
        say_words(case.ref, words="see for yourself", evidence=[piece.ref], by=cast.anna)
    assert list(case.evidence.order_by("pk").values_list("late", flat=True)) == [False, True, True]


def test_what_is_asked_for_among_the_replies_is_in_time_until_they_end(cast: Cast, stepped_clock: Stepped) -> None:
    case = called(cast)
    ref = review_of(case).ref
    verbs.close_round(ref, by=cast.judge)
    wanted = verbs.request_proof(ref, party="merchant", words="The weighing slip", by=cast.judge)
    assert wanted.due_at == limit_of(case).due_at, "not longer than the replies, which end it"
    verbs.submit(ref, words="1.2 kg", request=wanted.ref, by=cast.bolt)
    verbs.submit(ref, words="and one thing more", by=cast.bolt)
    assert lates(case) == [False, True]


@pytest.mark.parametrize(("wrong", "field"), [
    ({"party": "carrier"}, "party"), ({"words": " "}, "words"), ({"issue": "weather"}, "issue"),
])  # fmt: skip
def test_a_request_names_a_side_an_issue_and_a_proof(cast: Cast, wrong: dict[str, str], field: str) -> None:
    ref = review_of(called(cast)).ref
    with pytest.raises(Unprocessable) as refused:
        verbs.request_proof(ref, **{"party": "consumer", "words": "a photo", "by": cast.judge, **wrong})  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


def test_more_is_asked_for_as_often_as_the_rules_say(cast: Cast) -> None:
    _, review = deciding(cast)
    for _ in range(2):
        verbs.ask_more(review.ref, words="one thing more", requests=[{"party": "merchant", "words": "the slip"}], by=cast.judge)
        assert Review.objects.get(pk=review.pk).stage == "gathering"
        verbs.close_round(review.ref, by=cast.judge)
        verbs.close_replies(review.ref, by=cast.judge)
    with pytest.raises(NoSuchMove):
        verbs.ask_more(review.ref, words="and again", by=cast.judge)


# ── a test ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("finding", "bears"), [("fault", "merchant"), ("no_fault", "consumer"), ("unclear", "consumer")])
def test_a_testing_body_finds_and_its_cost_follows(cast: Cast, head: Actor, finding: str, bears: str) -> None:
    body = verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=head)
    _, review = deciding(cast)
    verbs.order_test(review.ref, body="lab", question="Was it used?", cost_minor=8000, pays_first="platform", by=cast.judge)
    with pytest.raises(NotYourMove):
        verbs.report_test(review.ref, finding=finding, by=cast.bolt)
    verbs.report_test(review.ref, finding=finding, words="see page 3", by=cast.agent)
    row = TestOrder.objects.get(body=body)
    assert (row.state, row.finding, row.bears, Review.objects.get(pk=review.pk).stage) == ("reported", finding, bears, "deciding")
    with pytest.raises(NoSuchMove):
        verbs.order_test(review.ref, body="lab", question="Again?", cost_minor=0, pays_first="platform", by=cast.judge)


def reported(cast: Cast, head: Actor, finding: str, pays: str) -> Case:
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=head)
    case, review = deciding(cast)
    verbs.order_test(review.ref, body="lab", question="Was it used?", cost_minor=8000, pays_first=pays, by=cast.judge)
    assert not Posting.objects.filter(what__startswith="test_").exists(), "nobody knows yet who bears it"
    verbs.report_test(review.ref, finding=finding, by=cast.agent)
    jobs.drain()
    return fresh(case)


@pytest.mark.parametrize(("pays", "finding", "booked"), [
    ("platform", "fault", ["test_paid"]), ("platform", "no_fault", ["test_owed", "test_paid"]), ("merchant", "fault", []),
    ("merchant", "no_fault", ["test_claimed"]), ("consumer", "no_fault", []), ("consumer", "fault", []),
])  # fmt: skip
def test_the_cost_of_a_test_is_where_its_rule_says(cast: Cast, head: Actor, pays: str, finding: str, booked: list[str]) -> None:
    case = reported(cast, head, finding, pays)
    assert sorted(Posting.objects.filter(what__startswith="test_").values_list("what", flat=True)) == booked
    paid = refunds_of(case)
    charges, (ours, theirs) = ChargeBackTo.objects.filter(case_id=case.pk), (cost_of(case, "platform"), cost_of(case, "merchant"))
    given_back = list(Grant.objects.filter(case_id=case.pk, basis="tested").values_list("amount_minor", "borne_by", "stage"))
    if (pays, finding) == ("platform", "fault"):
        assert [(row.party, row.borne_by, row.amount_minor, row.what, row.stage) for row in charges] == [
            ("merchant", "platform", 8000, "test", "asked")
        ]
        admit_liability(charges[0].ref, by=cast.bolt)
        assert (cost_of(case, "platform"), cost_of(case, "merchant")) == (0, 8000)
    elif (pays, finding) == ("consumer", "fault"):
        # Beyond the order: the consumer says to which account.
        assert (given_back, paid, theirs) == ([(8000, "merchant", "doing")], [("intended", 8000)], 8000)
    else:
        assert (list(charges), given_back, ours, theirs) == ([], [], 0, 0)
    wrong = {check.name: found for check in CHECKS if (found := check.offenders())}
    assert wrong == {}


def test_a_testing_body_that_is_silent_holds_nobody_up(cast: Cast, head: Actor, stepped_clock: Stepped) -> None:
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=head)
    case, review = deciding(cast)
    for wrong in ({"body": "none"}, {"pays_first": "carrier"}, {"cost_minor": -1}, {"question": ""}):
        with pytest.raises(Unprocessable):
            fields = {"body": "lab", "question": "Was it used?", "cost_minor": 8000, "pays_first": "merchant", **wrong}
            verbs.order_test(review.ref, **fields, by=cast.judge)  # type: ignore[arg-type]
    verbs.order_test(review.ref, body="lab", question="Was it used?", cost_minor=8000, pays_first="merchant", by=cast.judge)
    later_by(stepped_clock, 31 * DAY)
    assert TestOrder.objects.get().state == "not_reported" and review_of(case).stage in ("deciding", "reassigned", "ruled")


# ── the ruling ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ruling_of_a_mix_binds_part_by_part(cast: Cast, stepped_clock: Stepped) -> None:
    case, review = deciding(cast, quantities=(3,), prices=(29700,))
    first, second, third = units_of(case)
    parts = [
        {"remedy": "refund_only", "units": [first], "amount_minor": 5000}, {"remedy": "return_refund", "units": [second]},
        {"remedy": "none", "units": [third]},
    ]  # fmt: skip
    words = {"words": REASONS, "words_en": "Damaged on the way."}
    given = verbs.rule(review.ref, parts=parts, liable="merchant", clause=CLAIM, **words, by=cast.judge)
    assert (given.outcome, given.heard, fresh(case).stage) == ("partly", [first, second, third], "ruled")
    later_by(stepped_clock, 2 * DAY)
    rows = {grant.unit_id: (grant.remedy, grant.amount_minor, grant.basis) for grant in case.grants.all()}
    assert rows == {first: ("refund_only", 5000, "ruled"), second: ("return_refund", 9900, "ruled")}
    assert refunds_of(case) == [("paid", 5000)]


def test_a_ruling_gives_price_adjustment_freight_and_sums_beside(cast: Cast, stepped_clock: Stepped) -> None:
    case, review = deciding(cast, quantities=(2,), prices=(19800,), freight=600)
    first, second = units_of(case)
    parts = [
        {"remedy": "price_adjustment", "units": [first], "amount_minor": 2000}, {"remedy": "none", "units": [second]},
        {"remedy": "extra", "line": 1, "part": "freight", "amount_minor": 600}, {"remedy": "goodwill", "amount_minor": 500},
        {"remedy": "voucher", "amount_minor": 1000, "borne_by": "platform"},
        {"remedy": "points", "amount_minor": 300, "borne_by": "platform"},
    ]  # fmt: skip
    costs = cost_of_ruling(review, "", parts, {"merchant": 5000, "carrier": 5000}, cast.judge)
    assert (costs.money_minor, dict(costs.by_party)) == (3100, {"consumer": 16700, "merchant": 1550, "carrier": 1550})
    assert [(one.remedy, one.minor, one.party) for one in costs.besides] == [("voucher", 1000, "platform"), ("points", 300, "platform")]
    given = verbs.rule(review.ref, parts=parts, liable="merchant", clause=CLAIM, words=REASONS, by=cast.judge)
    assert given.outcome == "partly"
    later_by(stepped_clock, 2 * DAY)
    # What is beyond the order goes to an account that the consumer has to name first; the rest went back where it came from.
    assert sorted(refunds_of(case)) == [("intended", 500), ("paid", 600), ("paid", 2000)]
    rows = Grant.objects.filter(case_id=case.pk).order_by("amount_minor").values_list("currency", "amount_minor", "borne_by", "stage")
    assert [row for row in rows if row[2] == "platform"] == [("points", 300, "platform", "done"), ("CNY.voucher", 1000, "platform", "done")]
    assert fresh(case).stage == "executing" and {check.name: found for check in CHECKS if (found := check.offenders())} == {}


@pytest.mark.parametrize(("part", "code"), [
    ({"remedy": "price_adjustment", "amount_minor": 999_999}, "more_than_left"),
    ({"remedy": "points", "amount_minor": 5}, "platforms_to_give"),
    ({"remedy": "extra", "line": 1, "part": "freight", "amount_minor": 1}, "more_than_left"),
    ({"remedy": "extra", "line": 9, "part": "freight", "amount_minor": 1}, "foreign_line"),
    ({"remedy": "voucher", "amount_minor": 0}, "not_above_zero"), ({"remedy": "goodwill"}, "amount_missing"),
])  # fmt: skip
def test_a_sum_that_can_t_be_given_is_refused(cast: Cast, part: dict[str, Any], code: str) -> None:
    case, review = deciding(cast)
    mine = {**part, "units": units_of(case)} if part["remedy"] == "price_adjustment" else part
    rest = [] if part["remedy"] == "price_adjustment" else [{"remedy": "none", "units": units_of(case)}]
    with pytest.raises(Unprocessable) as refused:
        verbs.rule(review.ref, parts=[*rest, mine], liable="merchant", clause=CLAIM, words=REASONS, by=cast.judge)
    assert (refused.value.code, list(refused.value.fields)) == (code, ["parts"])


def test_a_claim_for_a_sum_is_given_whole_or_in_part(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, prices=(20000,))
    Order.objects.filter(pk=order.pk).update(promises=["price_protection"])
    order.refresh_from_db()
    mark_prices(order.merchant, [PriceSpec(order.lines.get(position=1).product.key, "CNY", 19000, clock.now() - DAY)])
    case = claims(order, by=cast.anna, issue="price", remedy="price_adjustment")
    refuse(case.ref, reason="other", words="As it was sold.", by=cast.bolt)
    call_platform(case.ref, words="It is cheaper now.", by=cast.anna)
    review, units, asked = review_of(case), units_of(case), case.claimed_minor
    assert asked > 1
    for minor, outcome in ((asked, "for"), (1, "partly")):
        assert outcome_of(fresh(case), [Part("price_adjustment", tuple(units), minor)]) == outcome
    assert dict(cost_of_ruling(review, "for", None, {}, cast.judge).by_party) == {"consumer": 0, "merchant": asked}
    assert dict(cost_of_ruling(review, "against", None, {}, cast.judge).by_party) == {"consumer": asked, "merchant": 0}


def test_whoever_alone_is_liable_bears_it_all(cast: Cast) -> None:
    case, review = deciding(cast)
    costs = cost_of_ruling(review, "for", None, {}, cast.judge, liable="carrier")
    assert dict(costs.by_party) == {"consumer": 0, "carrier": 9900}
    parts = [{"remedy": "refund_only", "units": units_of(case)}]
    given = verbs.rule(review.ref, parts=parts, liable="platform", clause=CLAIM, words=REASONS, by=cast.judge)
    assert given.bears == {"platform": 10_000}
    let_stand(case.ref, by=cast.bolt)
    jobs.drain()
    assert refunds_of(case) == [("paid", 9900)]
    assert (cost_of(fresh(case), "merchant"), cost_of(fresh(case), "platform")) == (0, 9900)


def test_what_burdens_both_binds_early_when_both_accept(cast: Cast) -> None:
    case, review = deciding(cast)
    parts = [{"remedy": "refund_only", "units": units_of(case), "amount_minor": 5000}]
    verbs.rule(review.ref, parts=parts, liable="merchant", clause=CLAIM, words=REASONS, by=cast.judge)
    with pytest.raises(NoSuchMove) as refused:
        let_stand(case.ref, by=cast.bolt)
    assert refused.value.code == "both_accept"
    assert verbs.accept_ruling(case.ref, by=cast.bolt).stage == "ruled"
    with pytest.raises(NoSuchMove) as twice:
        verbs.accept_ruling(case.ref, by=cast.bolt)
    assert twice.value.code == "accepted_already"
    verbs.accept_ruling(case.ref, by=cast.anna)
    jobs.drain()
    assert (refunds_of(case), fresh(case).stage, review_of(case).stands) == ([("paid", 5000)], "closed", ["merchant", "consumer"])


@pytest.mark.parametrize(("wrong", "field"), [
    ({"parts": []}, "parts"), ({"parts": [{"remedy": "refund_only", "units": [1]}]}, "parts"), ({"bears": {"carrier": 9000}}, "bears"),
    ({"bears": {"supplier": 10_000}}, "bears"), ({"blocks": ["poem"]}, "blocks"), ({"found": {"weather": "proven"}}, "issues"),
    ({"clause": ""}, "clause"), ({"words": "Why."}, "words"), ({"liable": "", "bears": {}}, "liable"),
])  # fmt: skip
def test_what_does_not_fit_a_ruling_is_refused(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    case, review = deciding(cast)
    right: dict[str, Any] = {
        "parts": [{"remedy": "none", "units": units_of(case)}], "liable": "consumer", "clause": CLAIM, "words": REASONS, "by": cast.judge,
    }  # fmt: skip
    with pytest.raises(Unprocessable) as refused:
        verbs.rule(review.ref, **{**right, **wrong})
    assert list(refused.value.fields) == [field]
    assert Review.objects.get(pk=review.pk).stage == "deciding"


def test_above_the_sum_a_second_person_reads_and_signs(cast: Cast) -> None:
    case, review = deciding(cast, prices=(900_000,))
    reader = person("reader", Role.ARBITER)
    right: dict[str, Any] = {"outcome": "for", "liable": "merchant", "clause": CLAIM, "words": REASONS}
    with pytest.raises(Unprocessable) as refused:
        verbs.rule(review.ref, **right, by=cast.judge)
    assert refused.value.code == "second_reader"
    assert verbs.give_ruling(review.ref, **right, by=cast.judge).stage == "second_reading"
    with pytest.raises(NotYourMove) as own:
        verbs.rule(review.ref, by=cast.judge)
    assert own.value.code == "own_draft"
    verbs.return_draft(review.ref, words="Say why the photo is enough.", by=reader)
    row = Review.objects.get(pk=review.pk)
    assert (row.stage, row.arbiter_id) == ("deciding", cast.judge.user_id)
    verbs.give_ruling(review.ref, **right, by=cast.judge)
    with pytest.raises(Unprocessable) as other:
        verbs.give_ruling(review.ref, **{**right, "outcome": "against"}, by=reader)
    assert other.value.code == "draft_waits", "a reader signs what was written, or returns it"
    signed = verbs.rule(review.ref, by=reader)
    assert (signed.stage, signed.outcome) == ("ruled", "for")
    assert (signed.arbiter_id, signed.second_reader_id) == (cast.judge.user_id, reader.user_id)
    assert fresh(case).stage == "ruled"


def test_the_bearers_that_a_ruling_names_are_asked_by_itself_once(cast: Cast) -> None:
    case, review = deciding(cast)
    parts = [{"remedy": "refund_only", "units": units_of(case)}]
    bears = {"carrier": 6000, "merchant": 3000, "platform": 1000}
    given = verbs.rule(review.ref, parts=parts, bears=bears, clause=CLAIM, words=REASONS, blocks=["on_the_way", "clause"], by=cast.judge)
    assert (given.outcome, given.liable) == ("for", "carrier") and given.reasons is not None
    assert "损坏发生在运输途中。" in given.reasons.body
    let_stand(case.ref, by=cast.bolt)
    jobs.drain()
    assert (fresh(case).stage, refunds_of(case)) == ("closed", [("paid", 9900)])
    charge = ChargeBackTo.objects.get(case_id=case.pk)
    assert (charge.party, charge.borne_by, charge.amount_minor, charge.stage) == ("carrier", "merchant", 5940, "asked")
    assert charge.clause.startswith(review.ref)
    ask_bearers(case.pk)
    assert ChargeBackTo.objects.filter(case_id=case.pk).count() == 1
    assert (cost_of(fresh(case), "merchant"), cost_of(fresh(case), "platform")) == (8910, 990)


def test_a_contested_deduction_may_be_made_smaller(cast: Cast) -> None:
    case = received(cast)
    reduce(case.ref, inspection=findings_of(case)[0].pk, reduced_minor=3000, words="scratched", **worn(case, cast.bolt), by=cast.bolt)
    contest(case.ref, inspection=findings_of(case)[0].pk, by=cast.anna)
    review = review_of(case)
    verbs.close_round(review.ref, by=cast.judge)
    verbs.close_replies(review.ref, by=cast.judge)
    unit = findings_of(case)[0].unit_id
    for wrong in ("exchange", "price_adjustment"):
        with pytest.raises(Unprocessable):
            raw = {"remedy": wrong, "units": [unit], **({"amount_minor": 100} if wrong == "price_adjustment" else {})}
            verbs.rule(review.ref, parts=[raw], liable="merchant", clause=CLAIM, words=REASONS, by=cast.judge)
    parts = [{"remedy": "return_refund", "units": [unit], "amount_minor": 8900}]
    given = verbs.rule(review.ref, parts=parts, liable="merchant", clause=CLAIM, words=REASONS, by=cast.judge)
    assert given.outcome == "partly"
    for side in (cast.anna, cast.bolt):
        verbs.accept_ruling(case.ref, by=side)
    jobs.drain()
    found = findings_of(case)[0]
    assert (found.stage, found.reduced_minor, refunds_of(case)) == ("payable_reduced", 1000, [("paid", 8900)])
    assert grants_of(case) == ["done"]


def test_a_bar_is_said_in_words(cast: Cast) -> None:
    case = called(cast)
    other = person("other", Role.ARBITER)
    assert why_not(case, other.user_id) is None
    assert why_not(case, other.user_id, above_rank=1) == REFUSED[Bar.RANK]
