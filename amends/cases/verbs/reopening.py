"""A closed matter is taken up again: always as a new case that follows the old one, whose line and times stay as they were (B28, S18).

The new case is decided under the rules of its own day; where the platform reopens it, as of the day on which the consumer first asked,
because what went wrong then was not for the consumer to mend. Not about money that came back or goods found late: follow_up (following.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.carrying_on import next_of
from amends.cases.claims import consider, free_units, known_remedy
from amends.cases.copying import bring_evidence
from amends.cases.models import Case, CaseLink, ClaimedUnit, Evidence
from amends.cases.record import verb
from amends.cases.restamping import claims_of
from amends.cases.taking import take
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.applying import (
    MOST_EVIDENCE,
    asked_at,
    check_evidence,
    check_remedy,
    evidence_given,
    lock_consumer,
    locked_order,
    open_case,
)
from amends.cases.wanting import wanted_instead
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.policy.rules.words import Lane

REOPENED = "reopened"
BY = (Party.CONSUMER, Party.PLATFORM)


@verb("case", "reopen")
def reopen(ref: str, *, words: str, evidence: Sequence[str] = (), remedy: str = "", by: Actor) -> Case:
    """A new case in triage follows the closed case `ref`, about those of its units for which nothing was brought, stamped anew.

    `remedy`: what is wanted now, the same as before where it is empty. What the consumer showed before is shown again, and whoever asked
    that a person decides need not ask twice. Raises NoSuchMove where the case is not closed, was taken up again
    already, was merged into another one, or nothing of it is left to claim; NotYourMove for anybody but its consumer and the platform;
    Unprocessable where the remedy, the words or the evidence can't be taken.
    """
    known = Case.objects.visible_to(by).select_related("order").filter(ref=clean_ref(ref) or "").first()
    if known is None:
        raise NotFound
    if by.party not in BY:
        raise NotYourMove(say("只有消费者或平台可以重新打开。", "Only the consumer or the platform can take it up again."))
    order = locked_order(known.order.ref, by)
    lock_consumer(order)
    old = take(ref, by)
    check_reopening(old)
    wanted_remedy = known_remedy(remedy or old.remedy)
    left = units_left(old)
    as_of = asked_at(old) if by.party is Party.PLATFORM else None
    claims = claims_of(old, only=left)
    considered = consider(order, claims, old.issue, at=as_of or clock.now(), asks_person=old.person_asked_at is not None)
    check_remedy(considered, wanted_remedy)
    wanted = wanted_instead(considered, claims, wanted_remedy) if wanted_remedy.value == old.remedy else {}
    said = clean_words(words, field="words", required=True)
    pieces = evidence_given(order, evidence, by)
    before = Evidence.objects.filter(merchant_id=old.merchant_id, case_id=old.pk, party=Party.CONSUMER.value).count()
    check_evidence(considered, wanted_remedy, max(len(pieces), min(before + len(pieces), MOST_EVIDENCE)))
    case = open_case(
        considered, wanted_remedy, old.channel, by, wanted, verb="reopen", follows=old, facts={"follows": old.ref}, as_of=as_of,
    )  # fmt: skip
    if old.person_asked_at is not None:
        case.lane, case.person_asked_at = Lane.EXPERT.value, old.person_asked_at
    text = keep_text(case, "claim", said, by)
    for piece in pieces:
        piece.case_id = case.pk
        piece.save(update_fields=["case_id"])
    pieces += bring_evidence(old, case, party=Party.CONSUMER.value)
    case.tell("attach", by, facts={"evidence": [piece.digest for piece in pieces], **told(text)})
    CaseLink.objects.create(
        merchant_id=case.merchant_id, case=case, other=old, kind=REOPENED, why=old.ended_by, made_by_id=by.user_id, made_at=clock.now(),
    )  # fmt: skip
    return case


def check_reopening(case: Case) -> None:
    """The case is closed, stands by itself, nothing follows it yet, and something of it is left. Raises NoSuchMove."""
    if not case.is_over:
        raise NoSuchMove(say("这份售后单还没有结束。", "This case is not closed yet."), code="not_closed")
    if next_of(case.merchant_id, case.pk) is not None:
        wrong = say("这份售后单已并入另一份，请在那一份里处理。", "This case was merged into another one; please go on there.")
        raise NoSuchMove(wrong, code="merged_away")
    if (further := successor_of(case)) is not None:
        wrong = say("已经重新打开过，请看 {ref}。", "It was taken up again already: see {ref}.", ref=further)
        raise NoSuchMove(wrong, code="reopened_already")
    if not units_left(case):
        wrong = say("商品都已经处理完，没有可以再申请的。", "Nothing of it is left to ask for.")
        raise NoSuchMove(wrong, code="nothing_left")


def successor_of(case: Case) -> str | None:
    """The reference of the case that took this one up again, if one did."""
    rows = CaseLink.objects.filter(merchant_id=case.merchant_id, other_id=case.pk, kind=REOPENED, ended_at__isnull=True)
    return rows.order_by("pk").values_list("case__ref", flat=True).first()


def units_left(case: Case) -> set[int]:
    """The units of a closed case that can still be claimed, by id."""
    mine = set(ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).values_list("unit_id", flat=True))
    return mine & {unit.pk for units in free_units(case.order).values() for unit in units}
