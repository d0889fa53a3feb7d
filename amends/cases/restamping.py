"""A claim that is about other units than before is decided anew, under the rules and at the instant of its opening (docs/adr/0036).

Used where a case is split or merged: before any grant (S18), so nothing that was promised changes hands. The limits of the case and their
sources stay as they were stamped (B19); only what each unit brings is reckoned again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from amends.cases import hooks
from amends.cases.claims import Considered, LineClaim, consider, known_remedy
from amends.cases.models import Case, ClaimedUnit, Deadline, Grant
from amends.cases.verbs.applying import AS_OF, TERMS, about, asked_at, check_remedy, remember, stamped
from amends.cases.wanting import Wanted, wanted_instead
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.market.models import Order
from amends.people.rules import Actor
from amends.policy.models import Decision, PastFacts
from amends.policy.rules.facts import Facts

STAMPED_TERMS = (*TERMS, "clocks", AS_OF)
MOVES_ON = {"triage": None, "awaiting_leader": "ask_leader", "awaiting_merchant": "ask_merchant"}
"""From which stages a claim may go on under another number, and by which move it comes to where it was: elsewhere it was answered."""


def claims_of(case: Case, *, only: Collection[int] | None = None) -> list[LineClaim]:
    """What the case claims, as its consumer said it: of all its units, or of those in `only` (ids)."""
    found = []
    for line in case.decision.answer["lines"]:
        units = tuple(pk for pk in line["units"] if only is None or pk in only)
        if not units:
            continue
        facts = Facts.from_json(line["facts"])
        found.append(
            LineClaim(
                line["position"], len(units), dict(facts.flags), facts.bad_share_bps, facts.weighing,
                line.get("wanted", {}).get("ref", ""), units,
            )
        )  # fmt: skip
    return found


def joined(first: Iterable[LineClaim], second: Iterable[LineClaim]) -> list[LineClaim]:
    """Both claims as one; where both name a line, what was said first counts."""
    found = {claim.position: claim for claim in first}
    for claim in second:
        mine = found.get(claim.position)
        if mine is None:
            found[claim.position] = claim
            continue
        units = mine.units + tuple(pk for pk in claim.units if pk not in mine.units)
        found[claim.position] = replace(mine, quantity=len(units), flags={**claim.flags, **mine.flags}, units=units)
    return [found[position] for position in sorted(found)]


def reconsidered(case: Case, order: Order, claims: Sequence[LineClaim]) -> tuple[Considered, Wanted]:
    """What the rules of the day on which it was asked (`asked_at`) say to these units, which nobody may claim while they are asked.

    Raises Unprocessable where the remedy of the case is not open for them.
    """
    considered = consider(order, claims, case.issue, at=asked_at(case), asks_person=case.person_asked_at is not None)
    remedy = known_remedy(case.remedy)
    check_remedy(considered, remedy)
    return considered, wanted_instead(considered, claims, remedy)


def restamp(case: Case, considered: Considered, wanted: Wanted, by: Actor) -> None:
    """The case rests on a new decision about these units; the decision before stays where the timeline names it, and what was proposed for
    the units as they were is needless."""
    remedy, before = known_remedy(case.remedy), case.decision.answer
    case.decision = Decision.objects.create(
        merchant_id=case.merchant_id, ref=new_ref("DE"), made_at=clock.now(), versions=list(case.decision.versions),
        answer=stamped(considered, wanted) | {name: before[name] for name in STAMPED_TERMS if name in before},
    )  # fmt: skip
    case.__dict__.pop("terms", None)
    for name, value in about(considered, remedy).items():
        setattr(case, name, value)
    PastFacts.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).delete()
    remember(case, considered)
    for follower in hooks.CLAIM_CHANGED:
        follower(case, by, {})


def turn_of(case: Case) -> Deadline | None:
    """The running limit of the case itself, as it stands before the act under way."""
    running = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, ended_at__isnull=True)
    return running.filter(life="case", life_id=case.pk).first()


def release(case: Case) -> list[int]:
    """The units of the case are claimed by nobody until `take_up`; answers their ids."""
    rows = ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)
    rows.update(is_open=False)
    return list(rows.order_by("unit_id").values_list("unit_id", flat=True))


def take_up(case: Case) -> None:
    """The units that the case has are claimed by it again."""
    ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).update(is_open=True)


def hand_over(source: Case, to: Case, units: Collection[int]) -> None:
    """These units of `source` are claimed by `to`."""
    ClaimedUnit.objects.filter(merchant_id=source.merchant_id, case_id=source.pk, unit_id__in=units).update(case_id=to.pk)


def check_nothing_granted(case: Case) -> None:
    """Nothing was ever granted in this case (S18). Raises NoSuchMove."""
    if Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exists():
        wrong = say("已经有应给付的内容，不能再合并或拆分。", "Something is owed or was given already; it can't be merged or split.")
        raise NoSuchMove(wrong, code="granted_already")
