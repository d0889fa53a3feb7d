"""Goods before a testing body: ordered by an arbiter with its cost agreed, reported by the platform's hand or by the body's own link.

One test a review (the pack's count). The arbiter's clock stands still meanwhile; without a report the review goes on as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.models import Case
from amends.cases.record import an_act, verb
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.rulings.models import Review, TestingBody, TestOrder
from amends.rulings.paying_tests import bear_cost
from amends.rulings.rules.testing import FINDINGS, PAYERS, bears_test
from amends.rulings.verbs.arbiters import check_keeper, checked_skills
from amends.rulings.verbs.shared import check_known, taken_to_judge, takes

ORDERED, REPORTED, NOT_REPORTED, DROPPED = "ordered", "reported", "not_reported", "dropped"
MOST_COST = 10_000_000
LONGEST_KEY, LONGEST_NAME, LONGEST_ADDRESS = 40, 120, 300


@verb("review", "order_test")
def order_test(ref: str, *, body: str, question: str, cost_minor: int, pays_first: str, by: Actor) -> Review:
    """The goods go before this testing body (by ref or key) with one question; `pays_first` advances `cost_minor` of the case's currency.

    Raises NoSuchMove where the test is used up, Unprocessable for a body that there is not, a cost out of bounds, a missing question.
    """
    case, review = taken_to_judge(ref, by)
    row = body_named(body)
    check_known(pays_first, PAYERS, "pays_first")
    if not 0 <= cost_minor <= MOST_COST:
        raise Unprocessable.field("cost_minor", say("检测费用不对。", "The cost of the test is out of bounds."), code="cost_wrong")
    text = keep_text(case, "test", clean_words(question, field="question", required=True, longest=500), by)
    takes(review, by)
    order_ref = new_ref("TO")
    about = {"test": order_ref, "body": row.ref, "cost_minor": cost_minor, "pays_first": pays_first}
    review.move("order_test", by, facts={**about, **told(text)})
    TestOrder.objects.create(
        merchant_id=case.merchant_id, case=case, review=review, ref=order_ref, body=row, question=text, cost_minor=cost_minor,
        currency=case.currency, pays_first=pays_first, made_at=clock.now(),
    )  # fmt: skip
    return review


@verb("review", "report_test")
def report_test(ref: str, *, finding: str, words: str = "", evidence: Sequence[str] = (), by: Actor) -> Review:
    """The finding is on file (a key of FINDINGS), the test's cost is booked to whoever bears it, and the arbiter goes on.

    Raises NoSuchMove where no test is open, Unprocessable for an unknown finding.
    """
    case, review = take_life(Review, ref, by)
    return reported(case, review, finding, words, evidence, by)


def reported(case: Case, review: Review, finding: str, words: str, evidence: Sequence[str], by: Actor, *, link: str = "") -> Review:
    """The open test of this review has its finding. Inside the act that holds the case."""
    check_known(finding, FINDINGS, "finding")
    order = open_test(review)
    if order is None:
        raise NoSuchMove(say("没有等报告的检测。", "No test waits for its report."), code="no_open_test")
    said = clean_words(words, field="words")
    pieces = attach_to(case, evidence, by) if evidence else []
    text = keep_text(case, "test_report", said, by) if said else None
    order.state, order.finding, order.report, order.ended_at = REPORTED, finding, text, clock.now()
    order.evidence, order.bears = [piece.ref for piece in pieces], bears_test(finding, burden_of(review)).value
    order.save(update_fields=["state", "finding", "report", "ended_at", "evidence", "bears"])
    about = {"test": order.ref, "finding": finding, "bears": order.bears, **({"link": link} if link else {})}
    review.move("report_test", by, facts={**about, "evidence": [piece.digest for piece in pieces], **told(text)})
    bear_cost(case, review, order)
    return review


def open_test(review: Review) -> TestOrder | None:
    """The test that waits for its report."""
    rows = TestOrder.objects.filter(merchant_id=review.merchant_id, review_id=review.pk, state=ORDERED)
    return rows.select_related("body", "question").first()


def end_test(review: Review, state: str) -> None:
    """The open test of the review, if any, is over without a report."""
    rows = TestOrder.objects.filter(merchant_id=review.merchant_id, review_id=review.pk, state=ORDERED)
    rows.update(state=state, ended_at=clock.now())


def burden_of(review: Review) -> Party:
    """Who has to prove the matter itself; the merchant where the policy named nobody."""
    return next((Party(one["by"]) for one in review.issues if one["key"] == "matter"), Party.MERCHANT)


# ── who tests ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def body_named(name: str) -> TestingBody:
    """The testing body with this reference or key that is still on record. Raises Unprocessable."""
    rows = TestingBody.objects.filter(ended_at__isnull=True)
    found = rows.filter(ref=clean_ref(name) or "").first() or rows.filter(key=name.strip()).first()
    if found is None:
        raise Unprocessable.field("body", say("没有这家检测机构。", "There is no such testing body."), code="unknown_body")
    return found


@an_act
def add_body(*, key: str, name_zh: str, name_en: str, address: str = "", skills: Sequence[str] = (), by: Actor) -> TestingBody:
    """A testing body is on record; a key that is there already is changed. Raises NotFound for whoever may not keep the record,
    Unprocessable where a name lacks, a field is too long or a skill is unknown."""
    check_keeper(by)
    named = clean_words(key, field="key", required=True, longest=LONGEST_KEY)
    told = {
        "name_zh": clean_words(name_zh, field="name_zh", required=True, longest=LONGEST_NAME),
        "name_en": clean_words(name_en, field="name_en", required=True, longest=LONGEST_NAME),
        "address": clean_words(address, field="address", longest=LONGEST_ADDRESS), "skills": checked_skills(skills),
    }  # fmt: skip
    row, _ = TestingBody.objects.update_or_create(
        key=named, defaults={**told, "ended_at": None},
        create_defaults={"ref": new_ref("TB"), "key": named, **told, "made_at": clock.now()},
    )  # fmt: skip
    return row


@an_act
def end_body(ref: str, *, by: Actor) -> TestingBody:
    """No new test goes to this body. Raises NotFound, for whoever may not keep the record too."""
    check_keeper(by)
    row = TestingBody.objects.filter(ref=clean_ref(ref) or "", ended_at__isnull=True).first()
    if row is None:
        raise NotFound
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    return row
