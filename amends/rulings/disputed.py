"""What is in dispute in a case now and who has to prove it, read from its stamped decision and its record; and the proofs asked for."""

from __future__ import annotations

from amends.cases.models import Case, Entry
from amends.kernel import clock
from amends.policy.rules.decision import Decision
from amends.rulings.models import ProofRequest, Review
from amends.rulings.queries import contested, undecided_units
from amends.rulings.rules.burden import Issue, issues_of

MISSING = "missing_contested"


def issues_in(case: Case) -> list[Issue]:
    """The issues of a review that opens now, with nothing found yet."""
    found = contested(case)
    proofs = []
    if undecided_units(case) or not found:
        for line in case.decision.answer["lines"]:
            decision = Decision.from_json(line["answer"])
            proofs.append((decision.proof_by, decision.proof.clause, decision.proof.source))
    refused = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life="case", verb="refuse").exists()
    worse = [row.unit_id for row in found if row.stage != MISSING]
    missing = [row.unit_id for row in found if row.stage == MISSING]
    return issues_of(proofs, refused=refused and bool(proofs), worse=worse, missing=missing)


def end_requests(review: Review, state: str) -> None:
    """Every proof that is still asked for in this review is over without an answer."""
    rows = ProofRequest.objects.filter(merchant_id=review.merchant_id, review_id=review.pk, state="asked")
    rows.update(state=state, ended_at=clock.now())
