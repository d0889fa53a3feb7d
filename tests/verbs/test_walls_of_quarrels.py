"""Who may do and read what in a quarrel: whoever is a side of a case is none of the platform's people in it, and none of its arbiters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from amends.cases.models import Case, Entry
from amends.cases.queries import timeline
from amends.cases.verbs.answering import call_platform, refuse
from amends.complaints import verbs as complaints
from amends.complaints.queries import complaint_for
from amends.complaints.queries import complaints as complaints_of
from amends.complaints.queries import whom_to_tell as whom_a_complaint_concerns
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NotFound, NotYourMove, Unprocessable
from amends.market.models import Order
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.rulings import verbs
from amends.rulings.appealing import appeal
from amends.rulings.citing import cited
from amends.rulings.examining import admit, change
from amends.rulings.holding import holds
from amends.rulings.models import ProofRequest, Review, TestingBody
from amends.sealing.exporting import files_of, make_file, open_file
from amends.tasks.departments import whom_to_tell as whom_a_task_concerns
from amends.tasks.queries import task_for, tasks
from amends.tasks.verbs import give_task
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.verbs.appeals_at_hand import GROUNDS, REASONS, appeal_of, in_review, of_rank, review_of, ruled
from tests.verbs.returns_at_hand import fresh

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def buys_too(actor: Actor, cast: Cast) -> Actor:
    """The same person, who is Anna's household as well: a side of her cases."""
    Membership.objects.create(user_id=actor.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    return actor


# ── who may do it ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_but_an_arbiter_asks_for_a_proof(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    ref = review_of(case).ref
    for by in (cast.anna, cast.bolt, cast.agent, person("nora", Role.ANALYST)):
        with pytest.raises(NotYourMove):
            verbs.request_proof(ref, party="merchant", words="your purchase invoice", by=by)
    with pytest.raises(NotFound):
        verbs.request_proof(ref, party="merchant", words="your purchase invoice", by=cast.rival)
    assert not ProofRequest.objects.exists()
    verbs.request_proof(ref, party="merchant", words="the weighing slip", by=cast.judge)


def test_a_shops_person_who_bought_it_accepts_no_ruling_for_the_shop(cast: Cast) -> None:
    case = in_review(cast, quantity=2)
    first, second = review_of(case).case.claimed.values_list("unit_id", flat=True)
    parts = [{"remedy": "refund_only", "units": [first]}, {"remedy": "none", "units": [second]}]
    verbs.rule(review_of(case).ref, parts=parts, liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    insider = buys_too(person("ina", Role.MERCHANT, merchant=cast.bolts), cast)
    with pytest.raises(NotYourMove) as refused:
        verbs.accept_ruling(case.ref, by=insider)
    assert (refused.value.code, review_of(case).stands) == ("conflict_of_interest", [])
    verbs.accept_ruling(case.ref, by=cast.bolt)
    assert review_of(case).stands == ["merchant"]


def test_who_tests_is_kept_by_heads_alone_and_never_by_readers(cast: Cast) -> None:
    head = person("head", Role.SUPERVISOR)
    body = verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", skills=["electronics"], by=head)
    for by in (cast.agent, cast.judge, cast.bolt, cast.anna, person("nora", Role.ANALYST), person("owner", Role.POLICY_OWNER)):
        with pytest.raises(NotFound):
            verbs.add_body(key="mine", name_zh="我的检测所", name_en="Mine", by=by)
        with pytest.raises(NotFound):
            verbs.end_body(body.ref, by=by)
    assert TestingBody.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"key": " "}, "required"), ({"key": "k" * 41}, "too_long"), ({"name_en": "n" * 121}, "too_long"),
        ({"address": "a" * 301}, "too_long"), ({"skills": ["telepathy"]}, "unknown_skill"),
    ],
)  # fmt: skip
def test_a_testing_body_is_put_down_as_it_can_be_kept(cast: Cast, wrong: dict[str, Any], code: str) -> None:
    head = person("head", Role.SUPERVISOR)
    with pytest.raises(Unprocessable) as refused:
        verbs.add_body(**{"key": "lab", "name_zh": "检测所", "name_en": "Laboratory", "by": head, **wrong})
    assert (refused.value.code, TestingBody.objects.count()) == (code, 0)
    kept = verbs.add_body(key="lab", name_zh="检测" + "\x07" * 200 + "所", name_en="Laboratory", by=head)
    assert kept.name_zh == "检测所"


def test_an_arbiters_record_knows_what_there_is_and_an_absence_ends(cast: Cast, stepped_clock: Stepped) -> None:
    head = person("head", Role.SUPERVISOR)
    with pytest.raises(Unprocessable) as unknown:
        verbs.keep_arbiter("judge@example.com", skills=["elecronics"], by=head)
    assert unknown.value.code == "unknown_skill"
    with pytest.raises(Unprocessable) as long:
        verbs.be_away(until=stepped_clock.at.replace(year=9999, month=12, day=31, hour=23), by=cast.judge)
    assert long.value.code == "too_long_away"


# ── who may read it ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_draft(cast: Cast) -> Case:
    case = in_review(cast, prices=(900_000,))
    verbs.draft_ruling(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    return fresh(case)


def said(case: Case, by: Actor) -> list[str]:
    return [row.words for row in timeline(case, by)]


def test_who_belongs_to_a_side_reads_at_the_desk_what_both_sides_read(cast: Cast) -> None:
    case = a_draft(cast)
    give_task(case.ref, department="quality", words="Is the lamp sound?", by=cast.agent)
    insider = buys_too(person("ines", Role.AGENT), cast)
    for by in (cast.agent, cast.judge):
        assert REASONS in said(case, by) and "Is the lamp sound?" in said(case, by)
    for by in (insider, cast.anna, cast.bolt):
        assert REASONS not in said(case, by) and "Is the lamp sound?" not in said(case, by)
    other = claims(an_order(cast.bolts, cast.bertas), by=cast.berta)
    give_task(other.ref, department="quality", words="And this one?", by=cast.agent)
    assert "And this one?" in said(fresh(other), insider)


def test_tasks_and_complaints_are_not_for_a_side_of_their_case(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    task = give_task(case.ref, department="quality", words="Is the lamp sound?", by=cast.agent)
    row = complaints.file_complaint(case.ref, authority="12315", number="77", words="Why?", by=cast.agent)
    seller = person("sela", Role.AGENT)
    Membership.objects.create(user_id=seller.user_id, role=Role.MERCHANT.value, merchant=cast.bolts)
    for insider in (buys_too(person("ines", Role.AGENT), cast), seller):
        assert not tasks(insider).exists() and not complaints_of(insider).exists()
        with pytest.raises(NotFound):
            task_for(task.ref, insider)
        with pytest.raises(NotFound):
            complaint_for(row.ref, insider)
    assert task_for(task.ref, cast.agent) == task and complaint_for(row.ref, cast.judge) == row
    told = list(Entry.objects.filter(case_id=case.pk, life__in=["task", "complaint"]).order_by("number"))
    heard = [sorted((whom_a_task_concerns if entry.life == "task" else whom_a_complaint_concerns)(entry)) for entry in told]
    free = person("abe", Role.AGENT)
    assert heard == [[], []], "Agent made both, and the others are sides"
    assert [sorted(whom_a_complaint_concerns(entry)) for entry in told if entry.life == "complaint"] == [[free.user_id]]


def test_what_a_consumer_took_along_is_not_their_shops(cast: Cast) -> None:
    insider = person("ina", Role.MERCHANT, merchant=cast.bolts)
    buys_too(insider, cast)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    as_consumer = Actor(cast.anna.party, insider.user_id, None, cast.annas.pk, frozenset({Role.CONSUMER}), insider.name)
    mine, theirs = make_file(case.ref, "own", as_consumer), make_file(case.ref, "own", cast.bolt)
    assert [row.ref for row in files_of(case, cast.bolt)] == [theirs.ref]
    with pytest.raises(NotFound):
        open_file(mine.ref, cast.bolt)
    assert [row.ref for row in files_of(case, as_consumer)] == [mine.ref]


# ── what is left out, and what can't be ──────────────────────────────────────────────────────────────────────────────────────


def shared(cast: Cast) -> Case:
    """Judge ruled that the carrier bears seven tenths."""
    case = in_review(cast)
    parts = [{"remedy": "refund_only", "units": list(review_of(case).case.claimed.values_list("unit_id", flat=True)), "amount_minor": 5000}]
    bears = {"carrier": 7000, "merchant": 3000}
    verbs.rule(review_of(case).ref, parts=parts, bears=bears, clause="CN-7D-01", words=REASONS, by=cast.judge)
    return fresh(case)


@pytest.mark.parametrize(("told", "bears"), [(None, {"carrier": 7000, "merchant": 3000}), ({}, {"merchant": 10_000})])
def test_a_change_that_speaks_of_no_shares_moves_none(cast: Cast, told: dict[str, int] | None, bears: dict[str, int]) -> None:
    head = of_rank("head", 2)
    case = shared(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=head)
    change(row.ref, outcome="for", clause="CN-QUAL-01", words=REASONS, bears=told, by=head)
    assert (appeal_of(case).bears, holds(review_of(case)).bears) == (bears, bears)


def test_a_change_to_nothing_leaves_nothing_to_others(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = shared(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.bolt)
    admit(row.ref, by=head)
    change(row.ref, outcome="against", clause="CN-QUAL-01", words=REASONS, by=head)
    assert appeal_of(case).bears == {"consumer": 10_000}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"received_at": 2000}, "received_at"), ({"accepted_at": 26}, "accepted_at"), ({"answer_by": 9999}, "answer_by")],
)
def test_years_that_are_slips_are_refused(cast: Cast, stepped_clock: Stepped, wrong: dict[str, int], field: str) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    told = {name: stepped_clock.at.replace(year=year) for name, year in wrong.items()}
    with pytest.raises(Unprocessable) as refused:
        complaints.file_complaint(case.ref, authority="12315", number="77", words="Why?", by=cast.agent, **told)
    assert set(refused.value.fields) == {field}
    assert not complaints_of(cast.agent).exists()


def test_a_rule_is_known_by_its_id_its_clause_or_its_article(cast: Cast) -> None:
    case = ruled(cast)
    by_id = cited(case, "CN-7D-01")
    assert by_id.text and str(by_id.article) != "CN-7D-01"
    assert str(cited(case, str(by_id.article)).article) == str(by_id.article)
    assert "art. 24" in str(cited(case, "CN-QUAL-01").article), "the rules of that day know what was never asked of this claim"
    assert cited(case, "house rule 7") == ("house rule 7", "")
    assert Order.objects.count() == Review.objects.count() == 1
