"""A signed link by which a testing body reports on one test, once, while the review waits for it.

The rows are those of liability's links (liability/linking.py, whose invariants hold here too), under a code and an address of their own: a
secret of the one opens nothing of the other. Looking changes nothing; a link is opened by a POST.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.crypto import salted_hmac

from amends.cases.hands import check_hand
from amends.cases.models import Case, Deadline
from amends.cases.record import an_act
from amends.cases.taking import take_case_of, take_life
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotFound
from amends.kernel.texts import Text, say
from amends.liability.hands import platform_hand
from amends.liability.linking import GONE
from amends.liability.models import SignedLink
from amends.people.rules import Actor, digest_of
from amends.plumbing.addresses import public_url
from amends.rulings.models import Review, TestOrder
from amends.rulings.verbs.testing import ORDERED, open_test, reported

AT = "/counter/tests/"
LIFE = "test_order"
LONGEST = timedelta(days=60)
SALT = "amends.rulings.report_links"
LONGEST_SECRET = 100
MOVED: Text = say("这次检测已经结束，不等报告了。", "This test is over and waits for no report.")


@dataclass(frozen=True, slots=True)
class Tested:
    """What a link is about, for whoever holds it. `gone` says why it can't be answered ('' where it can)."""

    link: SignedLink
    case: Case
    order: TestOrder
    gone: str


@an_act
def make_test_link(ref: str, *, by: Actor) -> tuple[SignedLink, str]:
    """A link by which the testing body of this review's open test reports, until the test's limit; the open one before ends.

    Raises NotFound, NotYourMove for whoever is not of the platform or is a party, NoSuchMove where no test is open.
    """
    case, review = take_life(Review, ref, by)
    if not by.sees_everything:
        raise NotFound
    check_hand(case, platform_hand(by))
    order = open_test(review)
    if order is None:
        raise NoSuchMove(MOVED, code="link_moved")
    mine = SignedLink.objects.filter(merchant_id=case.merchant_id, life=LIFE, life_id=order.pk, used_at__isnull=True, ended_at__isnull=True)
    mine.update(ended_at=clock.now())
    limits = Deadline.objects.filter(merchant_id=case.merchant_id, life=review.LIFE.name, life_id=review.pk, ended_at__isnull=True)
    due, at, link_ref = limits.order_by("pk").first(), clock.now(), new_ref("LK")
    link = SignedLink.objects.create(
        merchant_id=case.merchant_id, ref=link_ref, digest=digest_of(_secret(link_ref)), life=LIFE, life_id=order.pk, case=case,
        made_by_id=by.user_id, made_at=at, expires_at=min(due.due_at if due else at + LONGEST, at + LONGEST),
    )  # fmt: skip
    return link, url_of(link)


def url_of(link: SignedLink) -> str:
    """The link's address; '' where it is over."""
    is_open = link.used_at is None and link.ended_at is None and link.expires_at > clock.now()
    return public_url(f"{AT}{_secret(link.ref)}") if is_open and digest_of(_secret(link.ref)) == link.digest else ""


def links_of(order: TestOrder) -> list[tuple[SignedLink, str]]:
    """The links made for this test, the newest first, each with its address; '' where it is over."""
    rows = SignedLink.objects.filter(merchant_id=order.merchant_id, life=LIFE, life_id=order.pk).order_by("-pk")
    return [(link, url_of(link)) for link in rows]


def tested_of(secret: str) -> Tested:
    """What the link is about. Reads only. Raises NotFound for a secret that was never given out."""
    link = _link(secret)
    case = Case.objects.select_related("merchant").get(merchant_id=link.merchant_id, pk=link.case_id)
    return _tested(link, case)


def open_test_link(secret: str) -> Tested:
    """Whoever holds it has opened it: the instant of the first time is kept. Raises NotFound."""
    link = _link(secret)
    SignedLink.objects.filter(merchant_id=link.merchant_id, pk=link.pk, opened_at__isnull=True).update(opened_at=clock.now())
    return tested_of(secret)


@an_act
def report_by_link(secret: str, *, finding: str, words: str = "") -> Tested:
    """The test has this finding of whoever holds the link, which is used up by it.

    Raises NotFound; NoSuchMove with the code of linking.GONE where the link is over; Unprocessable for an unknown finding.
    """
    found = _link(secret)
    case = take_case_of(found.case_id)
    link = SignedLink.objects.select_for_update(of=("self",)).get(merchant_id=found.merchant_id, pk=found.pk)
    tested = _tested(link, case)
    if tested.gone:
        raise NoSuchMove(MOVED if tested.gone == "moved" else GONE[tested.gone], code=f"link_{tested.gone}")
    review = Review.objects.get(merchant_id=case.merchant_id, pk=tested.order.review_id)
    reported(case, review, finding, words, (), Actor(Party.PLATFORM), link=link.ref)
    at = clock.now()
    link.opened_at, link.used_at = link.opened_at or at, at
    link.save(update_fields=["opened_at", "used_at"])
    return _tested(link, case)


def _secret(ref: str) -> str:
    return salted_hmac(SALT, ref, algorithm="sha256").hexdigest()


def _link(secret: str) -> SignedLink:
    link = SignedLink.objects.filter(digest=digest_of(secret[:LONGEST_SECRET]), life=LIFE).first()
    if link is None:
        raise NotFound
    return link


def _tested(link: SignedLink, case: Case) -> Tested:
    rows = TestOrder.objects.filter(merchant_id=link.merchant_id, pk=link.life_id)
    order = rows.select_related("body", "question", "report").get()
    return Tested(link, case, order, _gone(link, order))


def _gone(link: SignedLink, order: TestOrder) -> str:
    if link.used_at is not None:
        return "used"
    if link.ended_at is not None:
        return "ended"
    if link.expires_at <= clock.now():
        return "expired"
    return "" if order.state == ORDERED else "moved"
