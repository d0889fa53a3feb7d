"""Some units of a case go on in a case of their own, with the clock that was running for them; legal only before any grant (S18).

Both cases are decided anew for their own units under the rules of the day on which the first was opened, and bring together what the one
would have brought: a split changes nobody's money and gives nobody time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from amends.cases import acting
from amends.cases.copying import bring_evidence, bring_lines
from amends.cases.hands import check_hand
from amends.cases.models import Case, CaseLink, CaseText, ClaimedUnit, Entry
from amends.cases.record import verb
from amends.cases.restamping import MOVES_ON, check_nothing_granted, claims_of, reconsidered, release, restamp, turn_of
from amends.cases.rules.lengthening import count_key
from amends.cases.taking import take
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.applying import asked_at, locked_order, open_case
from amends.cases.verbs.ending import is_something_open
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.policy.rules.facts import Remedy

SPLIT_FROM = "split_from"
GIVE_PART = "give_part"
KEPT_COUNTS = frozenset(Case.LIFE.counted.values()) - {"unmerges"}
"""A part takes no turn again that the whole has used up."""


@dataclass(frozen=True, slots=True)
class Part:
    """So many pieces of a line, the last ones that the case has of it."""

    position: int
    quantity: int


@verb("case", "split_off")
def split_off(ref: str, *, parts: Sequence[Part], words: str, by: Actor) -> Case:
    """A new case goes on about these units, where the first one was and with the time that is left; the first keeps the rest.

    Raises NotYourMove for anybody but the platform, NoSuchMove where something was granted or answered already or the sums would change,
    Unprocessable where the parts are none, more than there are, or all.
    """
    case = take(ref, by)
    if by.party is not Party.PLATFORM:
        raise NotYourMove(say("只有平台可以拆分。", "Only the platform can split a case."))
    check_hand(case, by)
    check_splitting(case)
    leaving = units_of(case, parts)
    said = clean_words(words, field="words", required=True)
    order = locked_order(case.order.ref, by)
    sum_before, running = case.claimed_minor, turn_of(case)
    mine, theirs = claims_of(case), claims_of(case, only=leaving)
    kept = claims_of(case, only={pk for claim in mine for pk in claim.units} - leaving)
    release(case)
    rest, wanted_rest = reconsidered(case, order, kept)
    # What stays is claimed while the part is asked, so that a promise that hangs on a threshold is lost once (S18, CN-7D-06).
    ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exclude(unit_id__in=leaving).update(is_open=True)
    restamp(case, rest, wanted_rest, by)
    part, wanted_part = reconsidered(case, order, theirs)
    ClaimedUnit.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, unit_id__in=leaving).delete()
    fresh = open_case(
        part, Remedy(case.remedy), case.channel, PLATFORM if by.automatic else by, wanted_part, verb="split_off", follows=case,
        facts={"follows": case.ref}, as_of=asked_at(case),
    )  # fmt: skip
    if case.claimed_minor + fresh.claimed_minor != sum_before:
        wrong = say("拆分会改变应退的金额，不能拆分。", "A split would change what is brought, so this case can't be split.")
        raise NoSuchMove(wrong, code="split_changes_sum")
    fresh.lane, fresh.person_asked_at = case.lane, case.person_asked_at
    fresh.counts = {name: times for name, times in case.counts.items() if name in KEPT_COUNTS or name.startswith(count_key(""))}
    _bring_along(case, fresh, said, leaving, by)
    if (move := MOVES_ON[case.stage]) is not None:
        fresh.move(move, PLATFORM)
    if running is not None:
        acting.current().carried["case", fresh.pk] = running
    return fresh


def check_splitting(case: Case) -> None:
    """A part of the case may go on by itself now. Raises NoSuchMove."""
    if case.stage not in MOVES_ON:
        raise NoSuchMove(say("现在的阶段不能拆分。", "It can't be split at this stage."), code="not_now")
    check_nothing_granted(case)
    if is_something_open(case):
        raise NoSuchMove(say("还有没办完的事，不能拆分。", "Something of this case is under way; it can't be split."), code="still_open")
    if case.units_count < 2:
        raise NoSuchMove(say("只有一件商品，不能拆分。", "It is about one unit and can't be split."), code="one_unit")


def units_of(case: Case, parts: Sequence[Part]) -> set[int]:
    """The units that `parts` name, by id. Raises Unprocessable."""
    there: dict[int, list[int]] = {line["position"]: list(line["units"]) for line in case.decision.answer["lines"]}
    found: set[int] = set()
    for part in parts:
        units = there.get(part.position, [])
        if not 1 <= part.quantity <= len(units) or found & set(units):
            wrong = say("第 {n} 行没有这么多件。", "Line {n} has not so many pieces.", n=part.position)
            raise Unprocessable.field("parts", wrong, code="wrong_quantity")
        found |= set(units[-part.quantity :])
    if not found or len(found) == case.units_count:
        wrong = say("请选择一部分商品，至少留下一件。", "Choose some of the units; at least one stays.")
        raise Unprocessable.field("parts", wrong, code="not_a_part")
    return found


def _bring_along(case: Case, fresh: Case, said: str, leaving: set[int], by: Actor) -> None:
    """Files and words of the claim stand in both; each line of both timelines names the other."""
    pieces = bring_evidence(case, fresh)
    claimed = CaseText.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, kind="claim").values_list("pk", flat=True)
    bring_lines(case, fresh, Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, facts__text__in=list(claimed)))
    text = keep_text(fresh, "split", said, by)
    fresh.tell("attach", by, facts={"evidence": [piece.digest for piece in pieces], **told(text)})
    case.tell(GIVE_PART, by, facts={"to": fresh.ref, "count": len(leaving), "decision": case.decision.ref})
    CaseLink.objects.create(
        merchant_id=case.merchant_id, case=fresh, other=case, kind=SPLIT_FROM, facts={"count": len(leaving)}, made_by_id=by.user_id,
        made_at=clock.now(),
    )  # fmt: skip
