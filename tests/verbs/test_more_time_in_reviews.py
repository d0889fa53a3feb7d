"""More time by consent in a review: what was to end with the round or the test ends as late as was agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case, Deadline, Entry
from amends.cases.verbs.answering import call_platform, refuse
from amends.cases.verbs.extending import ask_extension, consent
from amends.kernel.clock import Stepped
from amends.people.rules import Role
from amends.rulings import report_links, verbs
from amends.rulings.models import ProofRequest, TestOrder
from amends.rulings.report_links import links_of, make_test_link, report_by_link
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.verbs.appeals_at_hand import in_review, review_of
from tests.verbs.returns_at_hand import fresh

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def limit_of(case: Case) -> Deadline:
    return Deadline.objects.get(case_id=case.pk, life="review", ended_at__isnull=True)


def lengthened(cast: Cast, case: Case, limit: str, hours: int) -> None:
    """The platform asks for more time, and both sides agree."""
    asked = ask_extension(case.ref, limit=limit, hours=hours, words="the post is on strike", by=cast.agent)
    for side in (cast.bolt, cast.anna):
        consent(asked.ref, by=side)


def test_a_proof_asked_for_is_in_time_until_the_round_ends_as_agreed(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    call_platform(case.ref, words="It was never unpacked.", by=cast.anna)
    ref = review_of(case).ref
    early = verbs.request_proof(ref, party="consumer", words="A photo of the seal", by=cast.judge)
    verbs.close_round(ref, by=cast.judge)
    wanted = verbs.request_proof(ref, party="merchant", words="The weighing slip", by=cast.judge)
    was, first_due = limit_of(case).due_at, early.due_at
    lengthened(cast, case, "evidence_reply", 24)
    assert limit_of(case).due_at == was + 24 * HOUR
    due = dict(ProofRequest.objects.values_list("ref", "due_at"))
    assert (due[wanted.ref], due[early.ref]) == (was + 24 * HOUR, first_due), "what was due with another round is due as it was"
    stepped_clock.until(was + 23 * HOUR)
    verbs.submit(ref, words="1.2 kg", request=wanted.ref, by=cast.bolt)
    told = Entry.objects.filter(case_id=case.pk, life="review", verb="submit").latest("number")
    assert told.facts["late"] is False


def test_a_testing_bodys_link_lives_as_long_as_its_test(cast: Cast, stepped_clock: Stepped) -> None:
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=person("head", Role.SUPERVISOR))
    case = in_review(cast)
    ref = review_of(case).ref
    verbs.order_test(ref, body="lab", question="Was it used?", cost_minor=0, pays_first="platform", by=cast.judge)
    make_test_link(ref, by=cast.agent)
    link, _ = make_test_link(ref, by=cast.agent)
    (_, url), (_, old) = links_of(TestOrder.objects.get())
    assert old == ""
    was, secret = limit_of(case).due_at, url.rstrip("/").rsplit("/", 1)[1]
    lengthened(cast, case, "test_reported", 48)
    stepped_clock.until(was + 47 * HOUR)
    assert report_links.tested_of(secret).gone == ""
    report_by_link(secret, finding="fault", words="see page 3")
    assert (review_of(fresh(case)).stage, TestOrder.objects.get().state) == ("deciding", "reported")
    link.refresh_from_db()
    assert link.expires_at == was + 48 * HOUR
