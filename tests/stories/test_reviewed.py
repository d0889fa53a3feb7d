"""Two stories of LIFECYCLE 18, told to the last cent: refused, reviewed and ruled with split liability; a contested inspection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amends.cases.models import Case
from amends.cases.verbs import answering
from amends.insight.verify import CHECKS
from amends.kernel.clock import Stepped
from amends.ledger.models import Line
from amends.liability.books import cost_of
from amends.liability.models import ChargeBackTo
from amends.notices.models import Notice
from amends.notices.queries import in_words
from amends.people.rules import Role
from amends.returns import verbs as returns
from amends.rulings import verbs as rulings
from amends.rulings.models import ProofRequest, Review, TestOrder
from tests.cast import Cast, an_order, claims, later_by, person, settled, the_cast
from tests.payments_fixture import simulator
from tests.stories.test_more_stories import DAY, HOUR, a_photo, at_the_bench, findings, grants, paid, parcel, told
from tests.verbs.returns_at_hand import worn


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with simulator(tmp_path / "payments", instant=True) as running:
        monkeypatch.setenv("AMENDS_PAYMENTS_URL", running.url)
        yield


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, gateway: None) -> Cast:
    return the_cast()


def review_of(case: Case) -> Review:
    return Review.objects.filter(case=case).latest("pk")


def nothing_is_torn() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


def test_refused_reviewed_ruled_with_split_liability(cast: Cast, stepped_clock: Stepped) -> None:
    head, reader = person("head", Role.SUPERVISOR), person("reader", Role.ARBITER)
    for email, languages in (("judge@example.com", ["en"]), ("reader@example.com", ["zh"])):
        rulings.keep_arbiter(email, skills=["general"], languages=languages, by=head)
    order = an_order(cast.bolts, cast.annas, prices=(900_000,))
    # 1, 2: Anna claims a refund for a cup broken in transit; Bolt refuses: packed well.
    case = claims(order, by=cast.anna, issue="damaged", remedy="return_refund", evidence=[a_photo(cast, order)])
    answering.refuse(case.ref, reason="other", words="packed well", by=cast.bolt)
    # 3: Anna calls the platform; whoever reads her language is asked to judge it.
    answering.call_platform(case.ref, words="it came in pieces", by=cast.anna)
    review = review_of(case)
    assert (review.stage, review.arbiter_id) == ("gathering", cast.judge.user_id)
    # 4: Judge asks Bolt for the weighing slip; both give evidence; the clock closes the round.
    wanted = rulings.request_proof(review.ref, party="merchant", words="the weighing slip", issue="refusal", by=cast.judge)
    rulings.submit(review.ref, words="photos of the box", by=cast.anna)
    rulings.submit(review.ref, words="1.2 kg at dispatch", request=wanted.ref, by=cast.bolt)
    assert ProofRequest.objects.get().state == "given"
    later_by(stepped_clock, 4 * DAY)
    # 5: both may reply; the clock closes that too.
    rulings.submit(review.ref, words="the carrier noted damage", by=cast.anna)
    later_by(stepped_clock, 25 * HOUR)
    assert review_of(case).stage == "deciding"
    # 6: Judge drafts; the sum is above the limit; a second reader signs.
    unit = case.claimed.get().unit_id
    rulings.give_ruling(
        review.ref, parts=[{"remedy": "refund_only", "units": [unit]}], bears={"carrier": 7000, "merchant": 3000}, clause="CN-QUAL-01",
        blocks=["claim", "photos", "tracking", "on_the_way", "clause", "given"], found={"matter": "proven", "refusal": "disproven"},
        by=cast.judge,
    )  # fmt: skip
    assert (review_of(case).stage, review_of(case).second_reader_id) == ("second_reading", reader.user_id)
    assert not Notice.objects.filter(case_id=case.pk, kind="case.rule").exists()
    rulings.rule(review.ref, by=reader)
    settled()
    # 7: ruled; both read the reasons, each in a language.
    given = review_of(case)
    assert (given.outcome, given.liable, given.bears) == ("for", "carrier", {"carrier": 7000, "merchant": 3000})
    assert given.reasons is not None and given.reasons_also is not None
    assert "损坏发生在运输途中" in given.reasons.body and "happened on the way" in given.reasons_also.body
    told_of = Notice.objects.get(case_id=case.pk, kind="case.rule", party="consumer")
    said = in_words(told_of).body.into("en")
    for part in ("The problem as understood: damaged", "art. 24", "evidence of both sides", "a second reader", "To appeal"):
        assert part in said, said
    # 8: nobody appeals; the clock lets it stand; the refund is paid and the case completes.
    later_by(stepped_clock, 3 * DAY)
    case.refresh_from_db()
    assert (case.stage, paid(case)["CNY"]) == ("closed", 900_000)
    # 9, 10: the carrier is asked for its share by itself; it is silent and presumed liable; the books say so.
    charge = ChargeBackTo.objects.get(case=case)
    assert (charge.party, charge.amount_minor) == ("carrier", 630_000) and charge.clause.startswith(given.ref)
    later_by(stepped_clock, 12 * DAY)
    charge.refresh_from_db()
    assert charge.stage == "admitted" and cost_of(case, "merchant") == 270_000
    assert Line.objects.filter(posting__case_id=case.pk, account__party="carrier").exists()
    nothing_is_torn()


def test_contested_inspection(cast: Cast, stepped_clock: Stepped) -> None:
    head = person("head", Role.SUPERVISOR)
    rulings.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=head)
    # 1, 2: two shirts come back; Bolt accepts one and rejects one as worn, with photos.
    case = at_the_bench(cast, an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19_800,)), quantity=2)
    first, second = findings(case)
    returns.accept(case.ref, inspection=first.pk, by=cast.bolt)
    returns.reject(case.ref, inspection=second.pk, words="worn", **worn(case, cast.bolt), by=cast.bolt)
    settled()
    # 3, 4: the accepted unit is paid, and stays paid; Anna contests the other.
    returns.contest(case.ref, inspection=second.pk, words="never worn", by=cast.anna)
    settled()
    assert paid(case)["CNY"] == 9_900
    # 5: Bolt has to prove the state of what came back; a laboratory looks at it, and who is wrong pays it.
    review = review_of(case)
    assert [(one["key"], one["by"]) for one in review.issues] == [("condition", "merchant")]
    later_by(stepped_clock, 6 * DAY)
    rulings.order_test(review.ref, body="lab", question="Was it worn?", cost_minor=5000, pays_first="merchant", by=cast.judge)
    rulings.report_test(review.ref, finding="no_fault", words="signs of wear at the collar", by=cast.agent)
    assert (TestOrder.objects.get().bears, review_of(case).stage) == ("consumer", "deciding")
    # 6, 7: Judge rules against Anna; the window passes; the finding is unpayable, its grant void.
    parts = [{"remedy": "none", "units": [second.unit_id]}]
    blocks = ["contested_finding", "tested", "by_use"]
    rulings.rule(review.ref, parts=parts, liable="consumer", clause="CN-7D-04", blocks=blocks, by=cast.judge)
    later_by(stepped_clock, 25 * HOUR)
    assert [row.stage for row in findings(case)] == ["payable", "unpayable"] and grants(case) == ["done", "void"]
    # 8, 9: Bolt sends the shirt home.
    home = parcel(case, "home")
    returns.ship(home.ref, carrier="SF", waybill="SF70990011", by=cast.bolt)
    returns.carrier_says(home.ref, "deliver")
    settled()
    # 10: one grant done and one void; nobody else was asked for anything.
    case.refresh_from_db()
    assert (case.stage, grants(case), paid(case)["CNY"]) == ("closed", ["done", "void"], 9_900)
    assert not ChargeBackTo.objects.filter(case=case).exists() and "inspection.find_unpayable" in told(case)
    nothing_is_torn()
