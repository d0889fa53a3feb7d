"""The result of a first look is told with the problem as understood, the standard, the steps taken, and what can be done about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amends.cases.models import Case
from amends.cases.verbs.answering import approve, ask_proof, prove, refuse
from amends.kernel.clock import Stepped
from amends.notices.models import Notice
from amends.notices.queries import in_words
from amends.people.rules import Role
from amends.rulings.appealing import appeal
from amends.rulings.examining import admit, send_back
from amends.rulings.verbs import rule
from tests.cast import Cast, an_order, claims, later_by, person, settled, the_cast
from tests.verbs.appeals_at_hand import GROUNDS, REASONS, given_to, in_review, of_rank, review_of

DAY = timedelta(days=1)
RULING = {"outcome": "against", "liable": "consumer", "clause": "CN-7D-01", "words": REASONS}


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def said(case: Case, kind: str, party: str = "consumer", language: str = "en") -> str:
    """What the newest notice of this kind says."""
    settled()
    return in_words(Notice.objects.filter(case_id=case.pk, kind=kind, party=party).latest("pk")).body.into(language)


def test_the_merchants_answer_is_told_with_its_basis_whatever_it_is(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    ask_proof(case.ref, words="a photo of the seal", by=cast.bolt)
    wanted = said(case, "case.ask_proof")
    assert "The problem as understood" in wanted and "claim and evidence read" in wanted and "Ask a person" in wanted
    prove(case.ref, words="here", by=cast.anna)
    refuse(case.ref, reason="not_intact", words="The lamp was used.", by=cast.bolt)
    refused = said(case, "case.refuse")
    assert "further proof read" in refused and "call the platform in" in refused
    other = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(other.ref, by=cast.bolt)
    approved = said(other, "case.approve")
    assert "The standard: " in approved and "Anything unclear? Ask a person" in approved
    for told in (wanted, refused, approved):
        standard = told.split("The standard: ")[1].split(". Steps taken")[0]
        assert " " in standard and not standard.isidentifier(), "the rule in words, not its key"


def test_a_ruling_says_how_to_appeal_and_a_final_one_that_it_can_t_be(cast: Cast) -> None:
    head, fresh = of_rank("head", 2), person("fresh", Role.ARBITER)
    case = in_review(cast)
    rule(review_of(case).ref, **RULING, by=cast.judge)
    first = said(case, "case.rule")
    standard = first.split("The standard: ")[1].split(". Steps taken")[0]
    assert "art. 25" in standard and "CN-7D-01" not in standard, "the rule in words, not its id"
    assert "evidence of both sides" in first and "To appeal" in first
    assert "申诉，由另一位级别更高的人来看" in said(case, "case.rule", language="zh")
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=head)
    send_back(row.ref, words="It was never heard.", by=head)
    given_to(case, fresh)
    rule(review_of(case).ref, **RULING, by=fresh)
    for party in ("consumer", "merchant"):
        last = said(case, "case.rule", party)
        assert "final: it can't be appealed" in last and "To appeal" not in last


def test_a_ruling_by_rule_says_how_to_have_a_person_look(cast: Cast, stepped_clock: Stepped) -> None:
    case = in_review(cast)
    while review_of(case).ruled_at is None:
        later_by(stepped_clock, DAY)
    for party in ("consumer", "merchant"):
        told = said(case, "review.rule_by_default", party)
        assert "The problem as understood" in told and "have a person look at it" in told and "To appeal" not in told
